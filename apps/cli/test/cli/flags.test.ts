import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, parseLines, parseShape, type Machine } from '../support/cli.ts';

let machine: Machine;

const FLAGS = `
flags:
  new_ui:
    description: The new page
    expires: 2020-01-01
    rollout: { percentage: 25, unit: tenant }
    excludeTenants: [globex]
  button:
    variants: { red: red, blue: blue }
    default: blue
`;

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await writeFile(join(machine.cwd, 'flags.yaml'), FLAGS);
});

test('flags are listed with what nobody in particular gets', async () => {
  const list = await machine.json('FlagList', ['flags', 'list']);
  expect(list.flags.map(({ key }) => key)).toEqual(['new_ui', 'button']);
  const { stdout } = await machine.run(['flags', 'list']);
  expect(stdout).toMatch(/new_ui +false +UNIT_MISSING +on=true off=false/);
});

test('eval prints the value for somebody, explain why', async () => {
  const call = ['flags', 'explain', 'new_ui', '--context', 'tenant=globex'];
  expect((await machine.run(['flags', 'eval', 'new_ui', '--context', 'tenant=acme'])).stdout).toBe('false\n');
  expect((await machine.run(['flags', 'eval', 'button'])).stdout).toBe('"blue"\n');
  const long = ['flags', 'explain', 'new_ui', '--context', 'tenant=12345678901234567891'];
  expect((await machine.json('FlagExplanation', long)).findings[1]?.facts['value']).toBe('12345678901234567891');
  const evaluation = await machine.json('FlagEvaluation', ['flags', 'eval', 'new_ui', '--context', 'tenant=acme']);
  expect(evaluation).toMatchObject({ value: false, variant: 'off', reason: 'SPLIT' });
  expect((await machine.run(call)).stdout).toBe(
    'new_ui is false: the tenant is excluded.\n  decided  excludeTenants, tenant "globex"\n',
  );
  const explanation = await machine.json('FlagExplanation', ['flags', 'explain', 'new_ui', '--context', 'tenant=acme']);
  expect(explanation.findings.map(({ rule }) => rule)).toEqual(['excludeTenants', 'rollout']);
  expect(explanation.findings[1]?.facts).toMatchObject({ unit: 'tenant', value: 'acme', threshold: 250_000 });
});

test('simulate says who would flip', async () => {
  await writeFile(join(machine.cwd, 'new.yaml'), FLAGS.replace('25', '100'));
  const tenants = ['acme', 'globex', 'initech'].map((tenant) => JSON.stringify({ tenant }));
  await writeFile(join(machine.cwd, 'tenants.jsonl'), `${tenants.join('\n')}\n`);
  const call = ['flags', 'simulate', '--with', 'new.yaml', '--contexts', 'tenants.jsonl'];
  const flips = parseLines('FlagFlip', (await machine.run([...call, '--json'])).stdout);
  expect(flips.every(({ key, before, after }) => key === 'new_ui' && before === false && after === true)).toBe(true);
  expect(flips.map(({ context }) => context['tenant'])).not.toContain('globex');
  expect((await machine.run(call)).stdout).toMatch(/\d values? of 3 contexts would change\n$/);
});

test('lint names every mistake with its place, and what has expired', async () => {
  const good = await machine.json('FlagChecked', ['flags', 'lint']);
  expect([good.valid, good.flags, good.expired]).toEqual([true, 2, ['new_ui']]);
  await writeFile(join(machine.cwd, 'bad.yaml'), 'flags:\n  f:\n    enabled: maybe\n  g: { rollot: 1 }\n');
  const bad = await machine.run(['flags', 'lint', '--flags', 'bad.yaml']);
  expect([bad.code, bad.stdout]).toEqual([
    2,
    expect.stringMatching(/bad\.yaml:3:14 .*true or false.*\n.*bad\.yaml:4:\d+ /),
  ]);
  const { problems } = parseShape(
    'FlagChecked',
    (await machine.run(['flags', 'lint', '--flags', 'bad.yaml', '--json'])).stdout,
  );
  expect(problems.map(({ code }) => code)).toEqual(['WRONG_VALUE', 'UNKNOWN_FIELD']);
});

test('a flag with a mistake is refused and said to be, the others work, and what is made of all needs all', async () => {
  const file = 'flags:\n  good: {}\n  bad: { enabled: maybe }\n';
  await writeFile(join(machine.cwd, 'some.yaml'), file);
  await writeFile(join(machine.cwd, 'tenants.jsonl'), '{}\n');
  const some = (...call: readonly string[]): string[] => ['flags', ...call, '--flags', 'some.yaml'];
  const list = await machine.run(some('list'));
  expect([list.code, list.stdout]).toEqual([
    0,
    expect.stringMatching(/good +true +STATIC .*\nbad +null +ERROR +refused\n/),
  ]);
  expect(list.stderr).toContain('some.yaml has mistakes, refused: bad');
  const { flags } = await machine.json('FlagList', some('list'));
  expect(flags.map(({ key, refused }) => [key, refused])).toEqual([
    ['good', false],
    ['bad', true],
  ]);
  expect((await machine.run(some('eval', 'good'))).stdout).toBe('true\n');
  const evaluated = await machine.run(some('eval', 'bad', '--json'));
  expect([evaluated.code, parseShape('FlagEvaluation', evaluated.stdout).errorCode]).toEqual([1, 'PARSE_ERROR']);
  expect((await machine.run(some('explain', 'bad'))).stdout).toMatch(
    /^bad is the fallback of the code: it is refused: Expected true or false, got "maybe" at .*, line 3, column 19/,
  );
  expect((await machine.run(some('show', 'bad'))).stdout).toMatch(
    /^refused: .*some\.yaml:3:19 \/flags\/bad\/enabled Expected true/m,
  );
  const shown = await machine.json('FlagShown', some('show', 'bad'));
  expect([shown.definition, shown.problems]).toEqual([
    { enabled: 'maybe' },
    [expect.objectContaining({ line: 3, code: 'WRONG_VALUE' })],
  ]);
  await writeFile(join(machine.cwd, 'mended.yaml'), file.replace('maybe', 'true'));
  const mending = ['flags', 'simulate', '--flags', 'some.yaml', '--with', 'mended.yaml', '--contexts', 'tenants.jsonl'];
  expect((await machine.run(mending)).stdout).toMatch(/bad +- +true/);
  const breaking = [
    'flags',
    'simulate',
    '--flags',
    'mended.yaml',
    '--with',
    'some.yaml',
    '--contexts',
    'tenants.jsonl',
  ];
  for (const call of [breaking, some('types'), some('export'), some('stale')]) {
    const { code, stderr } = await machine.run(call);
    expect([code, stderr], call.join(' ')).toEqual([2, expect.stringContaining('Expected true or false')]);
  }
  expect(await readFile(join(machine.cwd, 'some.yaml'), 'utf8')).toBe(file);
});

test('a flag is changed beside one with a mistake, whose text stays, and nothing gets worse', async () => {
  const file =
    'flags:\n  good: { owner: web }\n  bad:   { enabled:  maybe } # soon\n  nothing: # yet\n  uses: { requires: [ good ] }\n';
  const path = join(machine.cwd, 'some.yaml');
  await writeFile(path, file);
  const some = (...call: readonly string[]): string[] => ['flags', ...call, '--flags', 'some.yaml', '--why', 'a test'];
  expect((await machine.run(some('disable', 'good'))).code).toBe(0);
  const disabled = file.replace('owner: web', 'owner: web, enabled: false');
  expect(await readFile(path, 'utf8')).toBe(disabled);
  expect((await machine.run(some('rollout', 'good', '25', '--unit', 'tenant'))).code).toBe(0);
  expect((await machine.run(some('rollback', '1', 'good'))).code).toBe(0);
  expect(await readFile(path, 'utf8')).toBe(file);
  await writeFile(join(machine.cwd, 'more.json'), '{"flags": {"new": {}}}');
  const refused: readonly (readonly [string, readonly string[]])[] = [
    ['got "maybe" at /flags/bad/enabled', ['set', 'bad', '--owner', 'web']],
    ['got "maybe" at /flags/bad/enabled', ['rollback', '1']],
    ['got "maybe" at /flags/bad/enabled', ['import', 'more.json', '--from', 'flagd']],
  ];
  for (const [message, call] of refused) {
    const { code, stderr } = await machine.run(some(...call));
    expect([code, stderr], call.join(' ')).toEqual([2, expect.stringContaining(message)]);
  }
  expect(await readFile(path, 'utf8')).toBe(file);
  expect((await machine.run(some('rollout', 'nothing', '5', '--dry-run'))).code).toBe(0);
  const none = await machine.run(some('rollback', '1', 'nothing'));
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('Expected a flag, got null at /flags/nothing')]);
  // What it says is wrong is what it changes.
  expect((await machine.run(some('disable', 'bad'))).code).toBe(0);
  expect((await machine.run(some('enable', 'nothing'))).code).toBe(0);
  expect((await machine.run(['flags', 'lint', '--flags', 'some.yaml'])).code).toBe(0);
});

test('types and flagd’s format are written to a file, or printed', async () => {
  const types = await machine.run(['flags', 'types']);
  expect(types.stdout).toContain('readonly "button": "red" | "blue";');
  const run = await machine.json('FlagsWritten', ['flags', 'export', '--output', 'flagd.json']);
  expect(run.flags).toBe(2);
  const flagd = JSON.parse(await readFile(run.file, 'utf8')) as { readonly flags: Readonly<Record<string, object>> };
  expect(flagd.flags['new_ui']).toMatchObject({ state: 'ENABLED', metadata: { description: 'The new page' } });
  expect((await machine.run(['flags', 'eval', 'new_ui', '--flags', 'flagd.json'])).stdout).toBe('false\n');
});

test('the file may be named in the configuration', async () => {
  await writeFile(join(machine.cwd, 'other.json'), '{"flags": {"only": {}}}');
  await writeFile(join(machine.cwd, 'holdfast.config.json'), '{"flags": {"file": "other.json"}}');
  expect((await machine.json('FlagList', ['flags', 'list'])).flags.map(({ key }) => key)).toEqual(['only']);
});

test('what is no flag, file or context is refused with what to do', async () => {
  await writeFile(join(machine.cwd, 'odd.jsonl'), '{"tenant": "a"}\n[1]\n');
  await writeFile(join(machine.cwd, 'latin1.yaml'), Buffer.from('flags: { f: { targetTenants: [João] } }', 'latin1'));
  await writeFile(join(machine.cwd, 'latin1.jsonl'), Buffer.from('{"tenant": "João"}', 'latin1'));
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['Did you mean "new_ui"?', ['eval', 'new_iu']],
    ['Expected a field and its value', ['eval', 'new_ui', '--context', 'tenant']],
    ['Expected flags in', ['list', '--flags', 'nowhere.yaml']],
    ['odd.jsonl, line 2', ['simulate', '--with', 'flags.yaml', '--contexts', 'odd.jsonl']],
    ['latin1.yaml, got bytes that are not UTF-8', ['list', '--flags', 'latin1.yaml']],
    ['latin1.jsonl, got bytes that', ['simulate', '--with', 'flags.yaml', '--contexts', 'latin1.jsonl']],
    ['Expected --with and --contexts', ['simulate']],
  ];
  for (const [message, call] of cases) {
    const { code, stderr } = await machine.run(['flags', ...call]);
    expect([code !== 0, stderr], call.join(' ')).toEqual([true, expect.stringContaining(message)]);
    expect(stderr, call.join(' ')).not.toMatch(/\n +at /);
  }
  const empty = await newMachine({ inProcess: true });
  const none = await empty.run(['flags', 'list']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('Expected a file with flags, got none')]);
});
