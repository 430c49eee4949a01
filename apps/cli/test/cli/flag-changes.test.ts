import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Machine, newMachine, parseLines, parseShape } from '../support/cli.ts';

let machine: Machine;
const FLAGS = `# Ours
flags:
  new_ui:
    rollout: { percentage: 10, unit: tenant } # slowly
  button: { state: ENABLED, variants: { red: red, blue: blue }, defaultVariant: red }
`;
const WHY = ['--why', 'Because', '--by', 'ann'] as const;

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await writeFile(join(machine.cwd, 'flags.yaml'), FLAGS);
});

const fileText = async (): Promise<string> => readFile(join(machine.cwd, 'flags.yaml'), 'utf8');

describe('flags in a file', () => {
  test('are changed with their comments kept, and the history says who, why and how', async () => {
    const run = await machine.run(['flags', 'rollout', 'new_ui', '25%', ...WHY]);
    expect([run.code, run.stdout]).toEqual([
      0,
      expect.stringMatching(/^ {2}new_ui rollout\.percentage: 10 → 25\nversion 2 of .*flags\.yaml\n$/),
    ]);
    expect(await fileText()).toBe(FLAGS.replace('10', '25'));
    const made = await machine.json('FlagsChange', ['flags', 'disable', 'button', ...WHY]);
    expect(made).toMatchObject({
      version: 3,
      dryRun: false,
      changes: [{ key: 'button', after: { state: 'DISABLED' } }],
    });
    const lines = (await machine.run(['flags', 'history', '--json'])).stdout;
    expect(parseLines('FlagVersion', lines).map(({ version, by, why }) => [version, by, why])).toEqual([
      [3, 'ann', 'Because'],
      [2, 'ann', 'Because'],
      [1, 'unknown', 'Found in the file'],
    ]);
    const shown = await machine.json('FlagShown', ['flags', 'show', 'new_ui']);
    expect(shown).toMatchObject({ definition: { rollout: { percentage: 25 } }, lastChange: { version: 2, by: 'ann' } });
    expect((await machine.run(['flags', 'history', 'new_ui'])).stdout).toMatch(
      /^version 2, .*, ann\n {2}Because\n {4} {2}new_ui rollout\.percentage: 10 → 25\nversion 1,/,
    );
  });

  test('come back as they were, whole or single ones', async () => {
    await machine.run(['flags', 'rollout', 'new_ui', '25', ...WHY]);
    await machine.run(['flags', 'set', 'other', '--percentage', '1', '--unit', 'user', '--owner', 'web', ...WHY]);
    await machine.run(['flags', 'enable', 'new_ui', ...WHY]);
    const one = await machine.json('FlagsChange', ['flags', 'rollback', '1', 'new_ui', ...WHY]);
    expect(one.changes.map(({ key }) => key)).toEqual(['new_ui']);
    const all = await machine.run(['flags', 'rollback', '1', ...WHY]);
    expect(all.stdout).toMatch(/^- other\nversion 6 of/);
    expect(await fileText()).toBe(FLAGS);
  });

  test('stay as they are with --dry-run, which says what would change', async () => {
    const set = [
      'flags',
      'set',
      'new_ui',
      '--exclude-tenant',
      'globex',
      '--exclude-tenant',
      'acme',
      '--dry-run',
      ...WHY,
    ];
    const { stdout, stderr } = await machine.run(set);
    expect([stdout, stderr]).toEqual([
      '  new_ui excludeTenants: ["globex","acme"]\n',
      expect.stringContaining('Nothing was changed.'),
    ]);
    const back = await machine.run(['flags', 'rollback', '1', '--dry-run', ...WHY]);
    expect(back.code).toBe(4);
    expect(await fileText()).toBe(FLAGS);
    expect((await machine.run(['flags', 'history'])).stderr).toContain('There is no history');
  });

  test('take a whole definition from standard input', async () => {
    const set = ['flags', 'set', 'button', '--definition', '-', ...WHY];
    const { code } = await machine.run(set, { input: 'enabled: false\nowner: web\n' });
    expect(code).toBe(0);
    const { definition } = await machine.json('FlagShown', ['flags', 'show', 'button']);
    expect(definition).toEqual({ enabled: false, owner: 'web' });
  });
});

test('flags on standard input can be asked, and not changed', async () => {
  const asked = await machine.run(['flags', 'eval', 'button', '--flags', '-'], { input: FLAGS });
  expect([asked.code, asked.stdout]).toEqual([0, '"red"\n']);
  const changed = await machine.run(['flags', 'disable', 'button', '--flags', '-', ...WHY], { input: FLAGS });
  expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('got standard input')]);
});

const REFUSED: readonly (readonly [string, readonly string[], string, number, RegExp])[] = [
  ['without a reason', ['flags', 'enable', 'new_ui'], 'USAGE', 2, /--why/],
  ['with an empty reason', ['flags', 'enable', 'new_ui', '--why', ' '], 'INVALID_CHANGE', 2, /why/],
  ['of a flag that is not there', ['flags', 'enable', 'new_iu', ...WHY], 'FLAG_NOT_FOUND', 4, /new_iu/],
  ['to 101 percent', ['flags', 'rollout', 'new_ui', '101', ...WHY], 'USAGE', 2, /percentage/],
  ['of the percentage of flagd’s flags', ['flags', 'rollout', 'button', '10', ...WHY], 'USAGE', 2, /readable form/],
  ['of nothing', ['flags', 'set', 'new_ui', ...WHY], 'USAGE', 2, /nothing/],
  ['to a version that is none', ['flags', 'rollback', '9', ...WHY], 'VERSION_NOT_FOUND', 4, /version/],
  ['to a version that is no number', ['flags', 'rollback', 'last', ...WHY], 'USAGE', 2, /number of a version/],
  ['to a day that is none', ['flags', 'set', 'new_ui', '--expires', 'soon', ...WHY], 'INVALID_FLAGS', 2, /expires/],
];

test.each(REFUSED)('a change %s is refused, and nothing changes', async (_, call, code, exitCode, message) => {
  const { code: exit, stdout, stderr } = await machine.run([...call, '--json']);
  const { error } = parseShape('Failed', stdout);
  expect([exit, error.code, stderr]).toEqual([exitCode, code, '']);
  expect(`${error.message} ${error.details?.join(' ') ?? ''}`).toMatch(message);
  expect(await fileText()).toBe(FLAGS);
});

test('flags in a store are changed and asked by their configuration', async () => {
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ flags: { store: 'flag-store' } }));
  await machine.run(['flags', 'set', 'a', '--percentage', '100', ...WHY]);
  expect((await machine.run(['flags', 'eval', 'a'])).stdout).toBe('true\n');
  await machine.run(['flags', 'disable', 'a', ...WHY]);
  expect((await machine.run(['flags', 'eval', 'a'])).stdout).toBe('false\n');
  const lines = (await machine.run(['flags', 'history', '--limit', '1', '--json'])).stdout;
  expect(parseLines('FlagVersion', lines).map(({ version }) => version)).toEqual([2]);
  // The file is there as well, and asked for.
  expect((await machine.run(['flags', 'eval', 'button', '--flags', 'flags.yaml'])).stdout).toBe('"red"\n');
  const both = await machine.run(['flags', 'list', '--flags', 'flags.yaml', '--flags-store', 'flag-store']);
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('got both')]);
});

test('flags of another system come beside those that are there, with what could not be said', async () => {
  const growthbook = {
    features: {
      beta: { defaultValue: false, rules: [{ force: true, coverage: 0.5, hashAttribute: 'user' }] },
      odd: { defaultValue: false, rules: [{ condition: { email: { $regex: '@x' } }, force: true }] },
    },
  };
  await writeFile(join(machine.cwd, 'gb.json'), JSON.stringify(growthbook));
  const call = ['flags', 'import', 'gb.json', '--from', 'growthbook', ...WHY];
  const dry = await machine.json('FlagsChange', [...call, '--dry-run']);
  expect([dry.changes.map(({ key }) => key), dry.notes?.map(({ flag }) => flag)]).toEqual([['beta', 'odd'], ['odd']]);
  const run = await machine.run(call);
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('odd')]);
  expect(await fileText()).toContain('# slowly');
  growthbook.features.beta.rules = [];
  await writeFile(join(machine.cwd, 'gb.json'), JSON.stringify(growthbook));
  const again = await machine.run(call);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('got beta')]);
  expect((await machine.run([...call, '--overwrite'])).code).toBe(0);
});
