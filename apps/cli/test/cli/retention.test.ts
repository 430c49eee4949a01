import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, parseLines, parseShape, type Machine } from '../support/cli.ts';

let machine: Machine;

const NOW = '2026-02-01T12:00:00Z';
const time = ['--now', NOW, '--time-zone', 'UTC'];

/** A dump each night of January 2026, 100 bytes each; those of Sundays are full ones. */
const dumps = Array.from({ length: 31 }, (_, index) => {
  const day = String(index + 1).padStart(2, '0');
  const at = `2026-01-${day}T02:00:00Z`;
  return { id: `dump-${day}`, time: at, kind: new Date(at).getUTCDay() === 0 ? 'full' : 'incremental', bytes: 100 };
});

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await writeFile(join(machine.cwd, 'dumps.json'), JSON.stringify(dumps));
});

const configure = (retention: object): Promise<void> =>
  writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ retention }));

test('a plan of items from a file says what stays and why, and changes nothing', async () => {
  const call = ['retention', 'plan', '--items', 'dumps.json', '--policy', '7d 1m', ...time];
  const plan = await machine.json('RetentionPlan', call);
  expect([plan.kept, plan.removed, plan.bytesKept, plan.bytesRemoved]).toEqual([7, 24, 700, 2400]);
  expect(plan.now).toBe('2026-02-01T12:00:00.000Z');
  const newest = plan.decisions.find(({ id }) => id === 'dump-31');
  expect(newest?.reasons.map(({ rule, keeps }) => [rule, keeps])).toEqual([
    ['daily', true],
    ['monthly', true],
    ['latestGood', true],
  ]);
  const text = await machine.run(call);
  expect(text.stdout).toMatch(/remove +dump-24 +2026-01-24 .*no rule selects it/);
  expect(text.stdout).toContain('7 items (700 B) stay, 24 items (2.3 KiB) go');
  expect(text.stderr).toContain('Nothing was changed.');
});

test('items come one a line and from standard input too, and --quiet prints what a script may remove', async () => {
  const input = dumps.map((dump) => `${JSON.stringify(dump)}\n`).join('');
  const call = ['retention', 'plan', '--items', '-', '--keep-last', '29', '--quiet', ...time];
  expect((await machine.run(call, { input })).stdout).toBe('dump-01\ndump-02\n');
});

test('a picture of the plan is drawn beside it', async () => {
  const call = ['retention', 'plan', '--items', 'dumps.json', '--policy', '7d', '--svg', 'plan.svg', ...time];
  expect((await machine.run(call)).code).toBe(0);
  const svg = await readFile(join(machine.cwd, 'plan.svg'), 'utf8');
  expect(svg).toContain('7 of 31 are kept (above the line), 24 removed');
  await writeFile(join(machine.cwd, 'key'), 'a secret');
  const other = await machine.run([...call.slice(0, 6), '--svg', 'key']);
  expect([other.code, await readFile(join(machine.cwd, 'key'), 'utf8')]).toEqual([2, 'a secret']);
  const nowhere = await machine.run([...call.slice(0, 6), '--svg', 'no/where.svg', '--json']);
  expect(parseShape('Failed', nowhere.stdout).error.code).toBe('UNWRITABLE');
});

test('explain says of one item what speaks for and against it', async () => {
  const call = ['retention', 'explain', 'dump-30', '--items', 'dumps.json', '--policy', 'tenant', ...time];
  const [one] = parseLines('Decision', (await machine.run([...call, '--json'])).stdout);
  expect(one).toMatchObject({ id: 'dump-30', keep: true, nextReview: '2026-02-06T02:00:00.001Z' });
  const text = await machine.run(call);
  expect(text.stdout).toContain('dump-30 is kept: it is not older than 7d ("tenant" for the kind incremental)');
  expect(text.stdout).toContain('for keeping  kinds, kind incremental, until 7d, policy tenant');
  const unknown = await machine.run(['retention', 'explain', 'dump-3', ...call.slice(3)]);
  expect(unknown.code).not.toBe(0);
  expect(unknown.stderr).toContain('Expected one item with the id "dump-3", got 2');
});

test('compare says what only one of two policies keeps', async () => {
  const call = ['retention', 'compare', '--items', 'dumps.json', '--policy', '2d', '--with', '3d', ...time];
  const comparison = await machine.json('PolicyComparison', call);
  expect([comparison.onlyFirst, comparison.onlySecond, comparison.bytes]).toEqual([[], ['dump-29'], 100]);
  const text = await machine.run(call);
  expect(text.stdout).toMatch(/second +dump-29/);
  expect(text.stdout).toContain(
    'of 31 items are kept: 2 by both, 0 only by the first, 1 only by the second; the second 100 B more',
  );
});

test('simulate says what a policy comes to, and what that costs', async () => {
  const call = ['retention', 'simulate', '--policy', '7d 4w', '--every', '1d:1GB', '--time-zone', 'UTC'];
  const dates = ['--from', '2026-01-01T02:00:00Z', '--until', '2026-12-31', '--price', '0.02'];
  const year = await machine.json('RetentionSimulation', [...call, ...dates]);
  // The last seven nights have two of the four weeks among them.
  expect(year.items.length).toBe(9);
  expect(year.bytes).toBe(9e9);
  expect(year.cost).toBeCloseTo((year.byteDays / 1e9 / 30) * 0.02, 6);
  const text = await machine.run([...call, ...dates]);
  expect(text.stdout).toMatch(/^most on .*: 10 items, /m);
  expect(text.stdout).toMatch(/, which costs \d+\.\d\d in all/);
});

test('a name means the policy of the configuration, and for a tenant its own', async () => {
  await configure({
    policies: { nightly: '3d', weekly: { weekly: 2 } },
    tenants: { acme: { nightly: { daily: 5 } } },
    timeZone: 'UTC',
  });
  const kept = async (...rest: string[]): Promise<readonly [number, string | undefined]> => {
    const call = ['retention', 'plan', '--items', 'dumps.json', '--now', NOW, ...rest];
    const { kept: count, decisions } = await machine.json('RetentionPlan', call);
    return [count, decisions.at(-1)?.reasons[0]?.policy];
  };
  expect(await kept('--policy', 'nightly')).toEqual([3, 'nightly']);
  expect(await kept('--policy', 'nightly', '--tenant', 'acme')).toEqual([5, 'nightly of acme']);
  expect(await kept('--policy', 'weekly', '--tenant', 'acme')).toEqual([2, 'weekly']);
  expect((await kept('--policy', 'nightly', '--policy', 'weekly'))[0]).toBe(4);
  const unknown = await machine.run(['retention', 'plan', '--items', 'dumps.json', '--policy', 'nightyl']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Names here: nightly, weekly, tenant')]);
});

test('config validate finds mistakes in policies, where they are', async () => {
  await configure({
    policies: { good: '7d', text: '7 dogs', json: { dayly: 7 } },
    tenants: { acme: { good: '1d', other: '1d' } },
    timeZone: 'Mars/Olympus',
  });
  const { code, stdout } = await machine.run(['config', 'validate', '--json']);
  expect(code).toBe(2);
  expect(parseShape('ConfigValidated', stdout).problems.map(({ path }) => path)).toEqual([
    'retention.policies.text',
    'retention.policies.json',
    'retention.tenants.acme.other',
    'retention.timeZone',
  ]);
  const used = await machine.run(['retention', 'plan', '--items', 'dumps.json', '--policy', 'json', '--json', ...time]);
  expect(parseShape('Failed', used.stdout).error).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('retention.policies.json: Expected'),
  });
  await configure({ policies: { local: '99last', '1d': '50last' } });
  const taken = parseShape('ConfigValidated', (await machine.run(['config', 'validate', '--json'])).stdout);
  expect(taken.problems.map(({ path }) => path)).toEqual(['retention.policies.local', 'retention.policies.1d']);
  const refused = await machine.run(['retention', 'plan', '--items', 'dumps.json', '--policy', 'local', '--json']);
  expect(parseShape('Failed', refused.stdout).error.code).toBe('CONFIG_INVALID');
  await configure({ policies: { wrong: 7 } });
  const shaped = parseShape('ConfigValidated', (await machine.run(['config', 'validate', '--json'])).stdout);
  expect(shaped.problems.map(({ message }) => message)).toEqual([
    'Expected retention.policies.wrong to be a policy: a text as "7d 4w 12m", or an object, got 7 (line 1, column 27)',
  ]);
});

test('--compat decides as the other tool does', async () => {
  const call = ['retention', 'plan', '--items', 'dumps.json', '--keep-last', '1', '--keep-monthly', '2', ...time];
  const [own, restic] = [
    await machine.json('RetentionPlan', call),
    await machine.json('RetentionPlan', [...call, '--compat', 'restic']),
  ];
  // restic keeps the oldest while a rule has counts left.
  expect([own.kept, restic.kept]).toEqual([1, 2]);
});

test('a policy that is about none of the items says so', async () => {
  const policy = ['--policy', 'kind.weekly=7d', ...time];
  const { code, stderr } = await machine.run(['retention', 'plan', '--items', 'dumps.json', ...policy]);
  expect([code, stderr]).toEqual([0, expect.stringContaining('No rule of the policy is about any of these')]);
});

test('what is no item, file, schedule, price or policy is refused with what to do', async () => {
  await writeFile(join(machine.cwd, 'broken.json'), '[{]');
  await writeFile(join(machine.cwd, 'lines.jsonl'), '{"id":"a","time":"2026-01-01T00:00:00Z"}\nnonsense\n');
  await writeFile(join(machine.cwd, 'odd.json'), '[{"id": 7}]');
  const policy = ['--policy', '7d'];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['got something else in broken.json', ['plan', '--items', 'broken.json', ...policy]],
    ['got something else in lines.jsonl, line 2', ['plan', '--items', 'lines.jsonl', ...policy]],
    ['Expected', ['plan', '--items', 'odd.json', ...policy]],
    ['Expected items in', ['plan', '--items', 'nowhere.json', ...policy]],
    ['Expected a policy, got none', ['plan', '--items', 'dumps.json']],
    ['Expected a policy, got none', ['explain', 'dump-01', '--items', 'dumps.json']],
    ['Expected --policy and --with', ['compare', '--items', 'dumps.json', ...policy]],
    ['Expected what comes how often', ['simulate', ...policy]],
    ['Expected --every as 1d', ['simulate', ...policy, '--every', 'sometimes']],
    ['Expected a number of bytes', ['simulate', ...policy, '--every', '1d:much']],
    ['Expected a price', ['simulate', ...policy, '--every', '1d', '--price', 'free']],
    ['Expected no --host', ['plan', '--items', 'dumps.json', ...policy, '--tag', 'x']],
    ['Expected groupBy', ['plan', '--items', 'dumps.json', ...policy, '--group-by', 'colour']],
  ];
  for (const [message, call] of cases) {
    const { code, stderr } = await machine.run(['retention', ...call]);
    expect([code, stderr], call.join(' ')).toEqual([
      expect.toSatisfy((each) => each !== 0 && each !== 70),
      expect.stringContaining(message),
    ]);
    expect(stderr, call.join(' ')).not.toMatch(/\n +at /);
  }
});
