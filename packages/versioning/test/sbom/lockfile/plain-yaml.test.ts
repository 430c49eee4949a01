import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readPlainYaml } from '../../../src/sbom/lockfile/plain-yaml.ts';
import { SHOPS, shopText } from '../shop.ts';

const OWN = readFileSync(new URL('../../../../../pnpm-lock.yaml', import.meta.url), 'utf8');
const YAMLS = SHOPS.filter((file) => !file.endsWith('.json') && file !== 'yarn-1/yarn.lock');

describe('reads as the yaml package does', () => {
  test.each(YAMLS)('%s', (file) => {
    expect(readPlainYaml(shopText(file))).toEqual(parse(shopText(file)));
  });

  test('the lockfile of this repository', () => {
    expect(readPlainYaml(OWN)).toEqual(parse(OWN));
  });

  test.each([
    'a:\n  b: 1\n  c: text with: colon\n',
    "'a b': 'it''s'\n\"c\": \"d\"\n",
    "a: {b: c, d: [e, f], g: '>=1'}\nh: []\ni: {}\n",
    "a:\n  - b\n  - 'c'\nd:\n- e\n",
    'a: |-\n  first\n\n    second\n  # no comment\n\nb: c\n',
    'a: 1.2.3\nb: 1\nc: true\nd: 1.2\ne: 0x1\nf: ~\ng: 1e3\nh: "1"\ni: 0123\nj: -1\n',
    'a: b # comment\n# comment\nc:\n',
    'a: b\n  c\n',
    'a: *b\n',
    'a: &b c\n',
    'a: !!str 1\n',
    'a: >-\n  b\n  c\n',
    '? a\n: b\n',
    'a:\n - b: c\n',
    '1: a\n1.0: b\nnull: c\n',
    'a: {b: {c: d}}\n',
    'a: {b: c#d, e: f:g, h: i j}\n',
    'a: [b, c,]\n',
    'a:  b\n',
    "a: 'b' c\n",
    'a: b: c\n',
    'a: - b\n',
    'a: -b\n?c: d\n',
    '- a\n- b\n',
    'a\n',
    '---\na: b\n',
    'a: "b\\n"\n',
    'a: |-\n    b\n   c\n',
    'a: b\r\nc: d\r\n',
    'a:\tb\n',
    'a:b\n',
    '"a: |-\n',
    'a: @b\n',
    'a: {b}\n',
    'a: [b: c]\n',
    'a: {b: c} d\n',
    'a: b\na: c\n',
  ])('or leaves it alone: %j', (text) => {
    const plain = readPlainYaml(text);
    if (plain !== undefined) expect(plain).toEqual(parse(text));
  });

  test('a name is never more than a name', () => {
    const read = readPlainYaml('__proto__:\n  polluted: true\nconstructor: a\n');
    expect(Object.keys(read ?? {})).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...' -:#\'"{}[],&*!|>%@`?~.0123456789eEx_n\n\ttruefalsy'), maxLength: 10 }),
  );
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.array(text, { maxLength: 3 }),
      fc.dictionary(text, tie('node'), { maxKeys: 4 }),
    ),
  })).node;
  const mapping = fc.dictionary(text, value, { maxKeys: 5 });

  test('blanks before a colon are no part of a key: such a text is left alone', () => {
    expect(readPlainYaml('a :\n  b: c\n')).toBeUndefined();
  });

  test('whatever mapping is written, in lines or in one line, is read the same or left alone', () => {
    fc.assert(
      fc.property(mapping, fc.boolean(), (written, isFlow) => {
        const yaml = stringify(written, { lineWidth: 0, ...(isFlow && { collectionStyle: 'flow' as const }) });
        const plain = readPlainYaml(yaml);
        if (plain !== undefined) expect(plain).toEqual(parse(yaml));
      }),
      { numRuns: 1500 },
    );
  });

  test('whatever lines there are, they are read the same or left alone', () => {
    const line = fc.tuple(fc.nat(3), text, fc.constantFrom(':', ': ', ': |-', ': [', '- ', ''), text);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const yaml = lines.map(([depth, key, sign, rest]) => `${'  '.repeat(depth)}${key}${sign}${rest}`).join('\n');
        const plain = readPlainYaml(yaml);
        if (plain !== undefined) expect(plain).toEqual(parse(yaml, { uniqueKeys: false }) ?? {});
      }),
      { numRuns: 3000 },
    );
  });
});
