import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readMigrations } from '../../src/index.ts';
import { planned, type Scripts } from './scripts.ts';

async function folderOf(scripts: Scripts): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(scripts)) await writeFile(join(folder, name), content);
  return folder;
}

const isWindows = process.platform === 'win32';

const SCRIPTS: Scripts = {
  '10_rooms.sql': '\uFEFF-- kind: data\r\nupdate slots set room = 1;\r\n',
  '2_slots.down.sql': 'drop table slots;\n',
  '2_slots.up.sql': 'create table slots();\n',
  'README.md': 'How to write migrations\n',
};

test('a folder gives what its files give', async () => {
  const folder = await folderOf(SCRIPTS);
  await mkdir(join(folder, 'older'));
  await writeFile(join(folder, 'older', '1_a.sql'), '');
  const { forward, backward } = await readMigrations(folder);
  expect({ forward, backward }).toEqual(planned(SCRIPTS));
  expect(forward.map(({ id, sql }) => [id, sql])).toEqual([
    ['2_slots', 'create table slots();\n'],
    ['10_rooms', '-- kind: data\nupdate slots set room = 1;\n'],
  ]);
});

test('an empty folder has no migrations, one that is missing can not be read', async () => {
  const folder = await folderOf({});
  expect(await readMigrations(folder)).toEqual({ forward: [], backward: [] });
  await expect(readMigrations(join(folder, 'missing'))).rejects.toMatchObject({ code: 'READ_FAILED' });
});

test.skipIf(isWindows)('a link is followed within the folder, and not out of it', async () => {
  const folder = await folderOf({ '1_a.up.sql': 'select 1;', 'undo.txt': 'select 2;' });
  await symlink('undo.txt', join(folder, '1_a.down.sql'));
  const through = join(await folderOf({}), 'link');
  await symlink(folder, through);
  expect((await readMigrations(through)).backward[0]?.sql).toBe('select 2;');
  const outside = await folderOf({ 'secret.txt': 'select 3;' });
  await symlink(join(outside, 'secret.txt'), join(folder, '2_b.sql'));
  await expect(readMigrations(folder)).rejects.toMatchObject({
    code: 'INVALID_MIGRATION',
    place: { file: '2_b.sql' },
    message: expect.stringContaining('a link to') as unknown,
  });
});

test.skipIf(isWindows)('a link to nothing can not be read', async () => {
  const folder = await folderOf({});
  await symlink('missing.sql', join(folder, '1_a.sql'));
  await expect(readMigrations(folder)).rejects.toMatchObject({ code: 'READ_FAILED' });
});

test.skipIf(isWindows)(
  'folders, pipes and links to folders are no migrations, and nobody waits for a pipe',
  async () => {
    const folder = await folderOf({});
    const refusal = { code: 'INVALID_MIGRATION', message: expect.stringContaining('a file of the folder') as unknown };
    await mkdir(join(folder, '1_a.sql'));
    await expect(readMigrations(folder)).rejects.toMatchObject(refusal);
    await rm(join(folder, '1_a.sql'), { recursive: true });
    await mkdir(join(folder, 'inner'));
    await symlink('inner', join(folder, '1_a.sql'));
    await expect(readMigrations(folder)).rejects.toMatchObject(refusal);
    await rm(join(folder, '1_a.sql'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await symlink('pipe', join(folder, '1_a.sql'));
    await expect(readMigrations(folder)).rejects.toMatchObject(refusal);
  },
);

test('a file that is too large is refused without being read', async () => {
  const folder = await folderOf({ '1_a.sql': '' });
  await truncate(join(folder, '1_a.sql'), 5e9);
  await expect(readMigrations(folder)).rejects.toMatchObject({
    code: 'INVALID_MIGRATION',
    message: 'Expected at most 8388608 bytes in 1_a.sql, got 5000000000',
  });
});

test('an abort ends the reading', async () => {
  const folder = await folderOf(SCRIPTS);
  const work = readMigrations(folder, { signal: AbortSignal.abort(new Error('enough')) });
  await expect(work).rejects.toThrow('enough');
});
