import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

test('the catalog tells of modules, kinds, digests, checks, what is kept until when, and what was forgotten', async () => {
  const machine = await newMachine({ inProcess: true });
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
    { kind: 'checkpoint', retention: { keep: true, by: 'asked' }, checks: [{ level: 'full' }] },
    { kind: 'checkpoint', retention: { keep: true } },
  ]);
  expect(entries[0]?.retention).toMatchObject({ by: 'forgotten', until: entries[0]?.forgottenAt });
  const days = (Date.parse(entries[1]?.retention.until ?? '') - Date.parse(entries[1]?.startedAt ?? '')) / 86_400_000;
  expect(Math.round(days)).toBe(30);
  const there = await machine.json('BackupCatalog', ['backup', 'catalog', '--no-forgotten', '--kind', 'full']);
  expect(there.entries).toEqual([]);
  const table = await machine.run(['backup', 'catalog', '--module', 'project', '--keep-within', '30d']);
  expect(table.stdout).toMatch(/ID .*KIND .*DIGEST .*STATE .*LAST CHECK .*KEPT UNTIL .*MODULES/);
  expect(table.stdout).toContain('forgotten at ');
  const unknown = await machine.run(['backup', 'catalog', '--kind', 'full', '--kind', 'none']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Allowed choices are full')]);
});

test('until when a backup is kept stands in the catalog by itself, by the policy of its tenant or of the configuration', async () => {
  const machine = await newMachine({ inProcess: true });
  await machine.json('Created', ['init']);
  await writeTree(join(machine.cwd, 'project'), { 'a.txt': 'one' });
  await machine.run(['tenant', 'add', 'inn', '--retention', '2last']);
  await machine.run(['tenant', 'add', 'annex']);
  for (const tenant of ['inn', 'inn', 'annex', 'annex'])
    await machine.json('BackupRun', ['backup', 'create', 'project', '--tenant', tenant]);
  const rulings = async (...more: readonly string[]): Promise<unknown> => {
    const { entries } = await machine.json('BackupCatalog', ['backup', 'catalog', ...more]);
    return entries.map(({ tenant, retention: { keep, by } }) => `${tenant.name} ${keep} ${by}`);
  };
  const own = ['inn true tenant', 'inn true tenant'];
  expect(await rulings()).toEqual([...own, 'annex true nothing', 'annex true nothing']);
  const table = await machine.run(['backup', 'catalog', '--verbose']);
  expect(table.stdout).toMatch(/KEPT UNTIL/);
  expect(table.stdout).toMatch(/inn .* replaced .*\n(.*\n)*.*annex .* no policy /);
  expect(table.stderr).toContain('It is kept: it is the 2nd of 2 newest');
  const retention = { policies: { short: '1last' }, default: 'short' };
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ retention }));
  expect(await rulings()).toEqual([...own, 'annex false default', 'annex true default']);
  expect(await rulings('--keep-last', '1', '--tenant', 'inn')).toEqual(['inn false asked', 'inn true asked']);
  const { forgotten, plan } = await machine.json('ForgetRun', ['backup', 'forget']);
  expect(forgotten.map(({ tenant }) => tenant.name)).toEqual(['annex']);
  expect(plan).toHaveLength(4);
});
