import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, type Machine } from '../support/cli.ts';
import { digestTree, writeTree } from '../support/tree.ts';

const MiB = 1024 * 1024;

let machine: Machine;

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await machine.json('Created', ['init']);
  await writeTree(join(machine.cwd, 'data'), { 'large.bin': randomBytes(3 * MiB), 'notes.txt': 'notes\n' });
  await machine.json('BackupRun', ['backup', 'create', 'data', '--name', 'first']);
});

/** Changes a byte in the middle of the largest pack. */
async function damagePack(): Promise<void> {
  const names = (await readdir(machine.repository, { recursive: true })).filter((name) => name.startsWith('packs/'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(machine.repository, name))).size));
  const path = join(machine.repository, names[sizes.indexOf(Math.max(...sizes))] as string);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(MiB) ^ 1, MiB);
  await writeFile(path, bytes);
}

test('where nothing is damaged a repair has nothing to do', async () => {
  const before = await digestTree(join(machine.repository, 'packs'));
  const run = await machine.run(['backup', 'repair', '--read-data']);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain('ok, nothing is lost');
  expect(await digestTree(join(machine.repository, 'packs'))).toEqual(before);
});

test('a damaged pack is found, dropped, and made up for by the next backup', async () => {
  await damagePack();
  const before = await digestTree(join(machine.repository, 'packs'));
  const plan = await machine.run(['backup', 'repair', '--read-data', '--dry-run']);
  expect(plan.code).toBe(3);
  expect(plan.stdout).toMatch(/incomplete: snapshot [0-9a-f]+ \(first\)\n {2}path data\/large\.bin/);
  expect(await digestTree(join(machine.repository, 'packs'))).toEqual(before);

  const run = await machine.run(['backup', 'repair', '--read-data', '--json']);
  expect(run.code).toBe(3);
  expect(JSON.parse(run.stdout)).toMatchObject({ status: 'partial', givenUp: [], incomplete: [{ name: 'first' }] });
  await machine.json('BackupRun', ['backup', 'create', 'data']);
  expect((await machine.json('RepairRun', ['backup', 'repair', '--read-data'])).status).toBe('ok');
  await machine.json('RestoreRun', ['backup', 'restore', 'first', '--to', 'back']);
  expect(await digestTree(join(machine.cwd, 'back/data'))).toEqual(await digestTree(join(machine.cwd, 'data')));
});

test('a duration that is none is a usage error', async () => {
  const run = await machine.run(['backup', 'repair', '--wait', 'long']);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('a whole number and s, m, h or d');
});
