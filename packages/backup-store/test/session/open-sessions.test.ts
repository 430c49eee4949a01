import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OpenSessions } from '../../src/session/open-sessions.ts';
import { tempFolder } from '../fixtures/place.ts';
import { idOf } from '../fixtures/records.ts';

const SESSION = idOf('session');

/** The number of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

/** What the file of a session says, with some of it changed. */
function change(folder: string, changes: Readonly<Record<string, unknown>>): void {
  const path = join(folder, `${SESSION}.json`);
  const before = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...before, ...changes }));
}

async function remembered(): Promise<{ folder: string; open: OpenSessions }> {
  const folder = join(tempFolder(), 'open/label');
  const open = new OpenSessions(folder);
  await open.remember(SESSION, 3);
  return { folder, open };
}

test('a session of this process is not taken from it', async () => {
  const { open } = await remembered();
  expect(await open.adopt()).toBeUndefined();
});

test('nor is one of another process that lives', async () => {
  const { folder, open } = await remembered();
  // As of a system that does not tell when a process began.
  change(folder, { pid: process.ppid, startedMs: 1, ticks: undefined });
  expect(await open.adopt()).toBeUndefined();
});

test('one whose process is gone is taken over, and then belongs to this one', async () => {
  const { folder, open } = await remembered();
  change(folder, { pid: deadPid() });
  expect(await open.adopt()).toMatchObject({ session: SESSION, epoch: 3 });
  expect(await open.adopt()).toBeUndefined();
  expect(readdirSync(folder)).toEqual([`${SESSION}.json`]);
});

test('one of an earlier process that had the same number is taken over: in a container all have', async () => {
  const { folder, open } = await remembered();
  change(folder, { startedMs: 1 });
  expect(await open.adopt()).toMatchObject({ session: SESSION });
});

test('one that this process has let go of is taken over', async () => {
  const { open } = await remembered();
  await open.release(SESSION, 3);
  expect(await open.adopt()).toMatchObject({ session: SESSION, epoch: 3 });
});

test('of many that would take one over, one gets it', async () => {
  const { folder, open } = await remembered();
  await open.release(SESSION, 3);
  const takers = Array.from({ length: 10 }, async () => await new OpenSessions(folder).adopt());
  expect((await Promise.all(takers)).filter((taken) => taken !== undefined)).toHaveLength(1);
});

test('one that has ended is forgotten, and forgetting twice is no error', async () => {
  const { folder, open } = await remembered();
  await open.forget(SESSION);
  await open.forget(SESSION);
  expect(readdirSync(folder)).toEqual([]);
  expect(await open.adopt()).toBeUndefined();
});

test.each<[string, string]>([
  ['nothing', ''],
  ['no JSON', '{'],
  ['no object', 'null'],
  ['a session that is no id', JSON.stringify({ session: '../../../etc', epoch: 0, pid: 0, startedMs: 0 })],
  ['an epoch that is no number', JSON.stringify({ session: SESSION, epoch: '0', pid: 0, startedMs: 0 })],
  ['no process', JSON.stringify({ session: SESSION, epoch: 0 })],
])('a file with %s in it is passed over', async (_, text) => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'some.json'), text);
  expect(await new OpenSessions(folder).adopt()).toBeUndefined();
});

test('a machine that can’t remember goes on without', async () => {
  const folder = join(tempFolder(), 'file');
  writeFileSync(folder, '');
  const open = new OpenSessions(folder);
  await open.remember(SESSION, 0);
  await open.release(SESSION, 0);
  await open.forget(SESSION);
  expect(await open.adopt()).toBeUndefined();
});

test('what is no file of a session is left alone', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'folder.json'));
  writeFileSync(join(folder, 'other.txt'), 'other');
  expect(await new OpenSessions(folder).adopt()).toBeUndefined();
  expect(readdirSync(folder).toSorted()).toEqual(['folder.json', 'other.txt']);
});
