import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { machineIn, type Machine, parseLines } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

let machine: Machine;

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(machine.cwd, { recursive: true });
  await machine.run(['init']);
});
afterAll(async () => removeFolder(machine.root));

it('a store of drills that can not be written keeps nothing from the audit log, and puts nothing there twice', async () => {
  await writeFile(join(machine.cwd, 'a-file'), '');
  const config = { logs: { directory: './logs' }, drills: { store: './a-file/drills' } };
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify(config));
  const { code, stderr } = await machine.run(['backup', 'create', 'nothing-here']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('What happened was not written down');
  const { stdout } = await machine.run(['logs', 'search', 'name=backup.failed', '--stream', 'audit', '--json']);
  expect(parseLines('LogRecord', stdout)).toHaveLength(1);
});
