import { expect, it } from 'vitest';
import { createFlags, parseFlags } from '../../src/index.ts';

async function findings(text: string): Promise<readonly (readonly unknown[])[]> {
  const flags = createFlags({ definition: await parseFlags(text, { format: 'yaml' }) });
  return flags.findings.map(({ path, line, code }) => [path, line, code]);
}

it.each<[string, string, readonly (readonly unknown[])[]]>([
  ['a key by an alias', 'flags:\n  &k a: {}\n  *k : { enabled: false }\n', [['/flags/a', 3, 'REPEATED_NAME']]],
  [
    'a name that stands twice, by an alias',
    'flags:\n  a: &x { enabled: true, enabled: false }\n  b: *x\n  c: { metadata: {} }\n',
    [
      ['/flags/a/enabled', 2, 'REPEATED_NAME'],
      ['/flags/b', 3, 'REPEATED_NAME'],
    ],
  ],
  ['a key without a name', 'flags:\n  ~: {}\n  "null": {}\n', [['/flags/', 2, 'FORBIDDEN_NAME']]],
  ['a map that has no fields in JSON', 'flags:\n  a: !!omap [b: 1]\n', [['/flags/a', 2, 'WRONG_VALUE']]],
  ['a time', '%YAML 1.1\n---\nflags:\n  a: 2020-01-01\n', [['/flags/a', 4, 'WRONG_VALUE']]],
  ['yes', '%YAML 1.1\n---\nflags:\n  a: { enabled: yes }\n', [['/flags/a/enabled', 4, 'WRONG_VALUE']]],
  [
    'infinity',
    'flags:\n  a: { variants: { x: .inf, y: 1 }, default: y }\n  b: { metadata: { m: .nan } }\n',
    [
      ['/flags/a/variants/x', 2, 'WRONG_VALUE'],
      ['/flags/b/metadata/m', 3, 'WRONG_VALUE'],
    ],
  ],
])('%s is no flag that means something else', async (_, text, expected) => {
  expect(await findings(text)).toEqual(expected);
});

it.each([
  ['brackets', `flags: {a: ${'['.repeat(1_000_000)}`, 1],
  ['brackets after others in texts', `flags:\n  a: { owner: "${'['.repeat(2000)}" }\n  b: ${'{a: ['.repeat(900)}`, 3],
  ['dashes', `flags:\n  ${'- '.repeat(500_000)}x`, 2],
])('%s that are nested without end are refused with their line before they are parsed', async (_, text, line) => {
  await expect(parseFlags(text, { format: 'yaml' })).rejects.toMatchObject({
    code: 'INVALID_FLAGS',
    problems: [{ line, message: expect.stringContaining('nested') }],
  });
});

it('brackets in texts and comments are not nested', async () => {
  const text = `flags:\n  a: { owner: "${'['.repeat(2000)}" } # ${'{'.repeat(2000)}\n`;
  expect(await findings(text)).toEqual([]);
});

it('flags by one alias are found at their places', async () => {
  const count = 90;
  const aliases = Array.from({ length: count }, (_, index) => `  f${index}: *x`).join('\n');
  const found = await findings(`flags:\n  a: &x 7\n${aliases}\n`);
  expect(found.map(([, line]) => line)).toEqual(Array.from({ length: count + 1 }, (_, index) => index + 2));
});
