import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

test('the catalog tells of modules, kinds, digests, checks, what is kept until when, and what was forgotten', async () => {
  const machine = await newMachine();
  await machine.json('Created', ['init']);
  await writeTree(join(machine.cwd, 'project'), { 'a.txt': 'one' });
  const first = (await machine.json('BackupRun', ['backup', 'create', 'project'])).snapshot;
  await machine.json('BackupRun', ['backup', 'checkpoint', 'project']);
  // The latest of its kind stays whatever its age.
  await machine.json('BackupRun', ['backup', 'checkpoint', 'project']);
  await machine.json('VerifyReport', ['backup', 'verify', '--level', 'full']);
  await machine.json('ForgetRun', ['backup', 'forget', first?.id ?? '']);
  const { entries } = await machine.json('BackupCatalog', [
    'backup',
    'catalog',
    '--since',
    'yesterday',
    '--keep-within',
    '30d',
  ]);
  expect(entries).toMatchObject([
    {
      id: first?.id,
      kind: 'full',
      manifestSha256: first?.manifestSha256,
      forgottenAt: expect.any(String),
      checks: [{ level: 'full', status: 'ok' }],
      sources: [{ path: 'project', treeSha256: first?.sources[0]?.treeSha256 }],
    },
    { kind: 'checkpoint', kept: true, checks: [{ level: 'full' }] },
    { kind: 'checkpoint', kept: true },
  ]);
  expect(entries[0]).not.toHaveProperty('kept');
  const days = (Date.parse(entries[1]?.keptUntil ?? '') - Date.parse(entries[1]?.startedAt ?? '')) / 86_400_000;
  expect(Math.round(days)).toBe(30);
  const there = await machine.json('BackupCatalog', ['backup', 'catalog', '--no-forgotten', '--kind', 'full']);
  expect(there.entries).toEqual([]);
  const table = await machine.run(['backup', 'catalog', '--module', 'project', '--keep-within', '30d']);
  expect(table.stdout).toMatch(/ID .*KIND .*DIGEST .*STATE .*LAST CHECK .*KEPT UNTIL .*MODULES/);
  expect(table.stdout).toContain('forgotten at ');
  const unknown = await machine.run(['backup', 'catalog', '--kind', 'full', '--kind', 'none']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Allowed choices are full')]);
});
