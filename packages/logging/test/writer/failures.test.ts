import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type LogError, openLogs } from '../../src/index.ts';
import { all, newFolder, newLogs } from '../fixtures/folders.ts';

test('while the disk fails, records wait; what finds no room is lost, counted, and said in the log when it works again', async () => {
  const directory = await newFolder();
  // A file where the folder of the stream should be: no permission can be taken from root.
  await writeFile(join(directory, 'structured'), '');
  const errors: LogError[] = [];
  const { logs } = await newLogs({
    directory,
    maxBufferBytes: 4096,
    retryMs: 1,
    onError: (error) => errors.push(error),
  });
  const more = Array.from({ length: 100 }, (_, index) => logs.logger.info('a record', { index }));
  expect(more.at(0)).toBe(true);
  expect(more.at(-1)).toBe(false);
  await expect(logs.flush()).resolves.toBe(false);
  expect(errors.find(({ code }) => code === 'LOG_UNWRITABLE')).toMatchObject({
    cause: { code: expect.stringMatching(/EEXIST|ENOTDIR/) as string },
  });
  const { lost } = logs.losses;
  expect(lost).toBeGreaterThan(10);
  expect(logs.losses.failing).toBe(true);
  await rm(join(directory, 'structured'));
  await logs.drained();
  await expect(logs.flush()).resolves.toBe(true);
  expect(logs.losses).toEqual({ lost, failing: false });
  const found = await all(logs.search('', { order: 'oldest' }));
  expect(found.filter(({ name }) => name !== 'logs.lost').map(({ fields }) => fields['index'])).toEqual(
    Array.from({ length: 100 - lost }, (_, index) => index),
  );
  expect(found.find(({ name }) => name === 'logs.lost')?.fields).toMatchObject({
    level: 'warn',
    lost,
    since: '2026-11-28T12:00:00.000Z',
  });
});

test('what a disk has not taken when the logs are closed is lost, and counted, also what was being written', async () => {
  const directory = await newFolder();
  await writeFile(join(directory, 'structured'), '');
  const { logs } = await newLogs({ directory, onError: () => undefined });
  for (let index = 0; index < 10; index++) logs.logger.info('a record', { index });
  await logs.flush();
  logs.logger.info('one that came later');
  await logs.close();
  expect(logs.losses).toMatchObject({ lost: 11 });
});

test('a process that only waits for room does not end before the disk takes what waits', async () => {
  const directory = await newFolder();
  const script = fileURLToPath(new URL('waiting.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [script, directory], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, 'all is written']);
});

test('an audit log on a disk that fails refuses the event, and takes it when it works again', async () => {
  const directory = await newFolder();
  await writeFile(join(directory, 'audit'), '');
  const { logs } = await newLogs({ directory });
  await expect(logs.audit.append({ name: 'room.booked' })).rejects.toMatchObject({ code: 'LOG_UNWRITABLE' });
  await rm(join(directory, 'audit'));
  await expect(logs.audit.record({ name: 'room.booked' })).resolves.toMatchObject({ number: 0 });
});

const full = process.platform === 'linux' ? test : test.skip;

full(
  'a file that may not grow any more loses nothing of an audit log, and no structured record is written twice',
  async () => {
    const directory = await newFolder();
    const script = fileURLToPath(new URL('limited.ts', import.meta.url));
    // The shell's limit of the size of files stands for a full disk: a write ends in the middle of a line.
    const command = 'trap "" XFSZ; ulimit -f 24; exec "$0" "$1" "$2"';
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command, process.execPath, script, directory], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { acknowledged, refused, written, lost } = JSON.parse(stdout) as Record<string, number>;
    expect(refused).toBeGreaterThan(0);
    const logs = await openLogs({ directory });
    const report = await logs.audit.verify();
    expect(report).toMatchObject({ ok: true, records: acknowledged });
    await expect(logs.audit.record({ name: 'disk.freed' })).resolves.toMatchObject({ number: acknowledged });
    const search = logs.search('msg=record');
    const indexes = (await all(search)).map(({ fields }) => fields['index']);
    expect(new Set(indexes).size).toBe(indexes.length);
    expect(indexes.length).toBeLessThanOrEqual(written ?? 0);
    expect(lost).toBeGreaterThan(0);
    await logs.close();
  },
);

test('what waits is written when a process ends, however it ends', async () => {
  const directory = await newFolder();
  const script = fileURLToPath(new URL('ending.ts', import.meta.url));
  for (const how of ['exit', 'throw', 'end']) spawnSync(process.execPath, [script, directory, how]);
  const logs = await openLogs({ directory });
  const found = await all(logs.search('', { order: 'oldest' }));
  expect(found.map(({ message }) => message)).toEqual(['exit 1', 'exit 2', 'throw 1', 'throw 2', 'end 1', 'end 2']);
  await logs.close();
});
