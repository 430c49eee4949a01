import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fsStore } from '../../src/fs/fs-store.ts';
import { bytes, failureOf } from '../expectations.ts';
import { tempFolder } from '../temp-folder.ts';
import { asOrdinaryUser, noAccounts } from './accounts.ts';

const modeOf = async (...path: string[]): Promise<number> => (await stat(join(...path))).mode & 0o777;

test.skipIf(noAccounts)('folders are 0700 and files 0600 unless told otherwise', async () => {
  const root = join(await tempFolder(), 'new', 'store');
  await fsStore(root).createIfAbsent('a/b', bytes('x'));
  expect(await modeOf(root)).toBe(0o700);
  expect(await modeOf(root, '..')).toBe(0o700);
  expect(await modeOf(root, 'a')).toBe(0o700);
  expect(await modeOf(root, 'a/b')).toBe(0o600);
  const open = fsStore(root, { folderMode: 0o750, fileMode: 0o640 });
  await open.createIfAbsent('c/d', bytes('x'));
  await open.put('c/e', bytes('x'));
  expect(await modeOf(root, 'c')).toBe(0o750);
  expect(await modeOf(root, 'c/d')).toBe(0o640);
  expect(await modeOf(root, 'c/e')).toBe(0o640);
});

test.skipIf(noAccounts)('what the system forbids is ACCESS_DENIED, also for listings', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  await store.createIfAbsent('shut/a', bytes('x'));
  await chmod(root, 0o755);
  await chmod(join(root, 'shut'), 0o000);
  await asOrdinaryUser(async () => {
    const other = fsStore(root);
    await failureOf(other.get('shut/a'), 'ACCESS_DENIED');
    await failureOf(other.stat('shut/a'), 'ACCESS_DENIED');
    await failureOf(other.list(''), 'ACCESS_DENIED');
    await failureOf(other.createIfAbsent('shut/b', bytes('x')), 'ACCESS_DENIED');
    await failureOf(other.put('shut/b', bytes('x')), 'ACCESS_DENIED');
    await failureOf(other.delete('shut/a'), 'ACCESS_DENIED');
  });
  await chmod(join(root, 'shut'), 0o700);
  expect((await store.stat('shut/a'))?.size).toBe(1);
});

test.skipIf(noAccounts)('a folder that only reads serves reads, and writes are ACCESS_DENIED', async () => {
  const root = await tempFolder();
  const folder = join(root, 'store');
  await mkdir(folder);
  const store = fsStore(folder, { fileMode: 0o644, folderMode: 0o755 });
  await store.createIfAbsent('a', bytes('x'));
  await chmod(root, 0o755);
  await chmod(folder, 0o555);
  if (process.geteuid?.() === 0) await chown(folder, 65_534, 65_534);
  await asOrdinaryUser(async () => {
    const other = fsStore(folder);
    expect((await other.stat('a'))?.size).toBe(1);
    expect((await other.list('')).objects).toHaveLength(1);
    await failureOf(other.createIfAbsent('b', bytes('x')), 'ACCESS_DENIED');
    await failureOf(other.createIfAbsent('c/d', bytes('x')), 'ACCESS_DENIED');
    await failureOf(other.delete('a'), 'ACCESS_DENIED');
  });
  await chmod(folder, 0o755);
});
