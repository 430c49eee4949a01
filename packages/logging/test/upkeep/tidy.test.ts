import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { all, newFolder, newLogs } from '../fixtures/folders.ts';

test('files of processes that have died are closed by others; those of the living, and new ones, are left to them', async () => {
  const living = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const dead = spawn(process.execPath, ['-e', '']);
  await Promise.all([once(living, 'spawn'), once(dead, 'exit')]);
  onTestFinished(() => void living.kill());
  const directory = await newFolder();
  const folder = join(directory, 'structured');
  await mkdir(folder);
  const now = Date.parse('2026-11-28T12:00:00Z') / 1000;
  const put = async (day: string, writer: string, agoSeconds: number): Promise<string> => {
    const name = `${day}.${writer}-aaaaaa.000001.jsonl`;
    await writeFile(join(folder, name), `{"msg":"of ${writer}"}\n`);
    await utimes(join(folder, name), now - agoSeconds, now - agoSeconds);
    return name;
  };
  const closed = [await put('2026-11-27', `web_1-${dead.pid}`, 3600), await put('2026-11-26', 'web_2-1', 3600)];
  const left = [
    await put('2026-11-27', `web_1-${living.pid}`, 3600),
    await put('2026-11-28', `web_1-${dead.pid}`, 60),
    await put('2026-11-28', 'web_2-1', 3600),
  ];
  const { logs } = await newLogs({ directory });
  await logs.tidy();
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.index'));
  expect(names).toEqual([...closed.map((name) => `${name}.zst`), ...left].toSorted());
  expect(await all(logs.search())).toHaveLength(5);
});

test('a full file is compressed by itself', { timeout: 240_000 }, async () => {
  const { logs, directory } = await newLogs({ maxFileBytes: 16_384 });
  for (let index = 0; index < 200; index++) {
    logs.logger.info('a line of some length, so that files fill', { index });
    if (index % 50 === 49) await logs.flush();
  }
  const compressed = async (): Promise<number> =>
    (await readdir(join(directory, 'structured'))).filter((name) => name.endsWith('.zst')).length;
  await expect.poll(compressed, { timeout: 60_000 }).toBeGreaterThan(0);
});
