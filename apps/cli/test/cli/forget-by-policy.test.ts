import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseShape, type Machine } from '../support/cli.ts';
import { preparedMachine } from '../support/prepared-machine.ts';
import { writeTree } from '../support/tree.ts';

let machine: Machine;
let ids: readonly string[];

/** Three snapshots of one folder and one of another, which is a group of its own. */
const prepared = preparedMachine(
  async (fresh) => {
    await fresh.json('Created', ['init']);
    await writeTree(fresh.cwd, { 'a/f': '1', 'b/f': '1' });
    const made: string[] = [];
    for (const [folder, ...rest] of [['a'], ['a', '--tag', 'release'], ['b'], ['a']] as const) {
      await writeFile(join(fresh.cwd, folder, 'f'), String(made.length));
      const run = await fresh.json('BackupRun', ['backup', 'create', folder, ...rest]);
      made.push(run.snapshot?.id ?? '');
    }
    return made;
  },
  { inProcess: true },
);

beforeEach(async () => {
  ({ machine, made: ids } = await prepared());
});

const left = async (): Promise<string[]> => {
  const { snapshots } = await machine.json('SnapshotList', ['backup', 'list']);
  return snapshots.map(({ id }) => id);
};

test('the plan says why, and is carried out as it is', { timeout: 240_000 }, async () => {
  const [first, tagged, other, newest] = ids;
  const options = ['backup', 'forget', '--policy', '1last', '--keep-tag', 'release', '--time-zone', 'UTC'];
  const planned = await machine.run([...options, '--dry-run']);
  expect(planned.code).toBe(0);
  expect(planned.stdout).toContain(`forget  ${first?.slice(0, 8)}`);
  expect(await left()).toHaveLength(4);
  const run = await machine.json('ForgetRun', options);
  expect(run.plan?.map(({ id, keep }) => [id, keep])).toEqual([
    [first, false],
    [tagged, true],
    [other, true],
    [newest, true],
  ]);
  expect(run.plan?.find(({ id }) => id === first)?.replacedBy).toBe(tagged);
  expect(run.plan?.every(({ why }) => why.length > 10)).toBe(true);
  expect(run.forgotten.map(({ id }) => id)).toEqual([first]);
  expect(await left()).toEqual([tagged, other, newest]);
});

test('a filter says which snapshots the policy is about', { timeout: 240_000 }, async () => {
  const run = await machine.json('ForgetRun', ['backup', 'forget', '--keep-last', '1', '--root', 'b']);
  expect(run.forgotten).toEqual([]);
  expect(run.plan).toHaveLength(1);
});

test('what is no policy is refused with what to do, and nothing is forgotten', { timeout: 240_000 }, async () => {
  for (const wrong of [['--policy', 'sevenish'], ['--keep-daily', 'x'], [], [ids[0] ?? '', '--keep-last', '1']]) {
    const { code, stderr } = await machine.run(['backup', 'forget', ...wrong]);
    expect([code, stderr], wrong.join(' ')).toEqual([2, expect.stringContaining('Expected')]);
  }
  const nowhere = await machine.run(['backup', 'forget', '--policy', '@nowhere', '--json']);
  expect(parseShape('Failed', nowhere.stdout).error.code).toBe('UNREADABLE');
  const zone = await machine.run(['backup', 'forget', '--keep-last', '1', '--time-zone', 'Nowhere/Else', '--json']);
  expect(zone.code).toBe(2);
  expect(parseShape('Failed', zone.stdout).error.code).toBe('UNKNOWN_TIME_ZONE');
  expect(await left()).toHaveLength(4);
});

test('each tenant is planned by its own policy, and the plan is drawn', { timeout: 240_000 }, async () => {
  const retention = { policies: { nightly: '5last' }, tenants: { acme: { nightly: '1last' } } };
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ retention }));
  const own: string[] = [];
  for (const content of ['x', 'y']) {
    await writeFile(join(machine.cwd, 'a', 'f'), content);
    const run = await machine.json('BackupRun', ['backup', 'create', 'a', '--tenant', 'acme']);
    own.push(run.snapshot?.id ?? '');
  }
  const run = await machine.json('ForgetRun', ['backup', 'forget', '--policy', 'nightly', '--svg', 'plan.svg']);
  expect(run.forgotten.map(({ id }) => id)).toEqual(own.slice(0, 1));
  const policies = run.plan?.map(({ reasons }) => reasons.find(({ policy }) => policy !== undefined)?.policy);
  expect(policies?.toSorted()).toEqual([...ids.map(() => 'nightly'), 'nightly of acme', 'nightly of acme']);
  const svg = await readFile(join(machine.cwd, 'plan.svg'), 'utf8');
  expect(svg).toContain('5 of 6 are kept (above the line), 1 removed');
});

test('what snapshots are ranked among can be chosen', { timeout: 240_000 }, async () => {
  const call = ['backup', 'forget', '--keep-last', '1', '--dry-run', '--group-by'];
  expect((await machine.json('ForgetRun', [...call, 'none'])).forgotten).toHaveLength(3);
  expect((await machine.json('ForgetRun', [...call, 'tags'])).forgotten).toHaveLength(2);
  const wrong = await machine.run([...call, 'colour']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Expected --group-by of host, paths')]);
});
