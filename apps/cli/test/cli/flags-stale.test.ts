import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, parseShape, type Machine } from '../support/cli.ts';

let machine: Machine;

const FLAGS = `
flags:
  new_ui: { rollout: { percentage: 25, unit: tenant } }
  old_ui: { owner: web, expires: 2020-01-01, rollout: { percentage: 100 } }
  button: { rollout: { percentage: 50 }, requires: [new_ui] }
`;
const CODE = `
if (flags.isEnabled('new_ui', { tenant })) flags.boolean("button", false);
if (flags.isEnabled('new_iu')) console.log("don't");
`;
const DAY = 86_400_000;

const write = (name: string, content: string): Promise<void> => writeFile(join(machine.cwd, name), content);

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await write('flags.yaml', FLAGS);
  await mkdir(join(machine.cwd, 'src'));
  await write('src/page.ts', CODE);
});

test('flags that are over or the same for everybody are named, and what was not looked at', async () => {
  const { code, stdout, stderr } = await machine.run(['flags', 'stale']);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /^expired: old_ui should have been gone by 2020-01-01, \d+ days ago\. \(web\)\nrolled out: old_ui is true for everybody: its rollout is at 100 %\. \(web\)\n1 of 3 flags may go\n$/,
    ),
  ]);
  expect(stderr).toBe(
    'Code was not looked through: name its folders, as in `holdfast flags stale src`.\nEvaluations are not known: name a file of counts with --counts.\n',
  );
});

test('code that is looked through tells what is not in it, and what is no flag', async () => {
  const stale = await machine.json('FlagsStale', ['flags', 'stale', '.']);
  expect([stale.checked, stale.scanned]).toEqual([3, 1]);
  expect(stale.flags.map(({ key, owner, reasons }) => [key, owner, reasons.map(({ reason }) => reason)])).toEqual([
    ['old_ui', 'web', ['expired', 'fullyRolledOut', 'unreferenced']],
  ]);
  expect(stale.flags[0]?.reasons[1]).toMatchObject({ variant: 'on', value: true, cause: 'rollout' });
  expect(stale.unknown).toEqual([
    {
      key: 'new_iu',
      nearest: 'new_ui',
      references: [{ file: join('src', 'page.ts'), line: 3 }],
      sentence: expect.stringContaining('perhaps new_ui is meant') as string,
    },
  ]);
  const { stdout } = await machine.run(['flags', 'stale', 'src']);
  expect(stdout).toMatch(
    /\nunknown: new_iu is no flag, .*\n1 of 3 flags may go; code asks for 1 name that no flag has; 1 file looked through\n$/,
  );
});

test('files that are not looked through are counted', async () => {
  await write('src/large.js', `'old_ui'${' '.repeat(2 * 1024 * 1024)}`);
  const { stderr } = await machine.run(['flags', 'stale', 'src']);
  expect(stderr).toMatch(/^1 file not looked through: above 2 MiB, no text, or the generated type of the flags\n/);
  const { scanned, skipped } = await machine.json('FlagsStale', ['flags', 'stale', 'src']);
  expect([scanned, skipped]).toEqual([1, 1]);
});

test('counts of several processes tell what nobody asks for', async () => {
  const now = Date.now();
  const counts = (flags: object): string => JSON.stringify({ sinceMs: now - 60 * DAY, untilMs: now, flags });
  const asked = (days: number): object => ({ variants: { on: 1 }, fallbacks: 0, lastAtMs: now - days * DAY });
  await write('counts.jsonl', `${counts({ new_ui: asked(40) })}\n${counts({ old_ui: asked(1) })}\n`);
  const call = ['flags', 'stale', '--counts', 'counts.jsonl'];
  const reasonsOf = async (args: readonly string[]) =>
    Object.fromEntries(
      (await machine.json('FlagsStale', args)).flags.map(({ key, reasons }) => [
        key,
        reasons.map(({ reason }) => reason),
      ]),
    );
  expect(await reasonsOf(call)).toMatchObject({ button: ['neverEvaluated'] });
  expect(await reasonsOf([...call, '--unused-for', '30d'])).toMatchObject({
    new_ui: ['unused'],
    button: ['neverEvaluated'],
  });
  const { flags } = await machine.json('FlagsStale', [...call, '--unused-for', '30d']);
  expect(flags.find(({ key }) => key === 'new_ui')?.reasons[0]?.lastAt).toBe(new Date(now - 40 * DAY).toISOString());
  expect(Object.keys(await reasonsOf([...call, '--unused-for', '90d']))).toEqual(['old_ui']);
});

test('--fail exits with 2 if there is anything to clear away, and only then', async () => {
  expect((await machine.run(['flags', 'stale', '--fail'])).code).toBe(2);
  await write('flags.yaml', 'flags: { new_ui: { rollout: { percentage: 25 } } }\n');
  const found = await machine.run(['flags', 'stale', '--fail']);
  expect([found.code, found.stdout]).toEqual([0, 'none of 1 flag may go\n']);
  // A misspelt name is a finding, too.
  expect((await machine.run(['flags', 'stale', 'src', '--fail'])).code).toBe(2);
  expect((await machine.run(['flags', 'stale', 'src', '--fail', '--exclude', 'page.*', '--json'])).code).toBe(2);
  await write('src/page.ts', "flags.isEnabled('new_ui')");
  expect((await machine.run(['flags', 'stale', 'src', '--fail', '--quiet'])).code).toBe(0);
});

test('what is not there or no counts is refused with what to do', async () => {
  await mkdir(join(machine.cwd, 'empty'));
  await write('bad.json', '{"sinceMs": "yesterday"}');
  await write('bad.yaml', 'flags: { f: { enabled: 1 } }');
  const cases: readonly (readonly [number, string, readonly string[]])[] = [
    [4, 'Expected source text in', ['nowhere']],
    [2, 'Expected source text in empty, got none', ['empty']],
    [4, 'Expected counts in', ['--counts', 'nowhere.json']],
    [2, 'Expected milliseconds since 1970, got "yesterday" at /sinceMs', ['--counts', 'bad.json']],
    [2, 'Expected a duration', ['--unused-for', 'long']],
    [2, 'Expected true or false', ['--flags', 'bad.yaml']],
  ];
  for (const [exit, message, call] of cases) {
    const { code, stderr } = await machine.run(['flags', 'stale', ...call]);
    expect([code, stderr], call.join(' ')).toEqual([exit, expect.stringContaining(message)]);
    expect(stderr, call.join(' ')).not.toMatch(/\n +at /);
  }
  const failed = await machine.run(['flags', 'stale', 'nowhere', '--json']);
  expect(parseShape('Failed', failed.stdout).error).toMatchObject({
    code: 'UNREADABLE_SOURCES',
    hint: expect.stringContaining('--exclude') as string,
  });
  const none = await (await newMachine({ inProcess: true })).run(['flags', 'stale']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('Expected a file with flags, got none')]);
});
