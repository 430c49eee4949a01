import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

test('versions of the shared structure are made, listed, compared, restored and forgotten', async () => {
  const machine = await newMachine();
  await writeTree(machine.cwd, {
    'src/button.js': 'export const button = 1;',
    'locales/en.json': '{"title":"Rooms"}',
    'holdfast.config.json': JSON.stringify({ structure: { components: ['src'], i18n: ['locales'] } }),
  });
  await machine.run(['init']);
  const first = await machine.run(['structure', 'backup']);
  expect(first.stdout).toMatch(/^structure is 1\.0\.0: 1 component, 0 styles, 1 language, 0 migrations\n/);
  await writeFile(join(machine.cwd, 'src/list.js'), "import { button } from './button.js';");
  expect(await machine.json('StructureBackup', ['structure', 'backup', '--dry-run'])).toMatchObject({
    dryRun: true,
    version: '1.1.0',
    reasons: ['component list was added'],
  });
  await machine.run(['structure', 'backup']);
  const { versions } = await machine.json('StructureCatalog', ['structure', 'catalog']);
  expect(versions.map(({ version, immutable }) => [version, immutable])).toEqual([
    ['1.0.0', true],
    ['1.1.0', false],
  ]);
  const { inventory } = await machine.json('StructureInventory', ['structure', 'inventory']);
  expect(inventory.components.map(({ name, dependencies }) => [name, dependencies])).toEqual([
    ['button', []],
    ['list', ['button']],
  ]);
  expect((await machine.run(['structure', 'diff', '1.0.0'])).stdout).toBe('+ components list\n');
  const back = join(machine.root, 'back');
  const restore = ['structure', 'restore', '1.1.0', '--to', back];
  expect(await machine.json('StructureRestore', [...restore, '--dry-run'])).toMatchObject({ filesWritten: 3 });
  expect((await machine.run([...restore, '--part', 'i18n'])).stdout).toContain('1 file written');
  expect(await readFile(join(back, 'locales/en.json'), 'utf8')).toBe('{"title":"Rooms"}');
  await expect(readFile(join(back, 'src/button.js'))).rejects.toThrow('ENOENT');
  expect(await machine.json('StructureForget', ['structure', 'forget', '--policy', '1m'])).toMatchObject({
    forgotten: [],
  });
  const forget = ['backup', 'forget', versions[0]?.snapshot ?? ''];
  const asked = await machine.run(forget);
  expect([asked.code === 0, asked.stderr]).toEqual([false, expect.stringContaining('is 1.0.0, a major version')]);
  expect((await machine.json('ForgetRun', [...forget, '--yes'])).forgotten).toHaveLength(1);
});

test('a structure without parts, a version that is not there and one that goes back are told', async () => {
  const machine = await newMachine();
  await writeTree(machine.cwd, { 'src/button.js': '' });
  await machine.run(['init']);
  expect(await machine.run(['structure', 'backup'])).toMatchObject({ code: 2 });
  expect((await machine.run(['structure', 'backup'])).stderr).toContain('--components');
  const backup = ['structure', 'backup', '--components', 'src'];
  expect(await machine.run([...backup, '--set-version', '2'])).toMatchObject({ code: 2 });
  await machine.run([...backup, '--set-version', '2.0.0']);
  expect((await machine.run([...backup, '--set-version', '1.0.0'])).stderr).toContain('higher than 2.0.0');
  expect(await machine.run(['structure', 'restore', '9.9.9', '--to', 'x'])).toMatchObject({ code: 4 });
});
