import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlags, type FlagDefinitions, type FlagFinding, type Flags, parseFlags } from '../../src/index.ts';
import { anyContext, anyDefinitions, flagsOf, NOW } from '../fixtures.ts';
import { anyBadFlags, BAD_FLAGS } from './bad-flags.ts';

const of = (flags: Readonly<Record<string, unknown>>, rest: object = {}): FlagDefinitions =>
  ({ ...rest, flags }) as FlagDefinitions;
const refusedIn = (flags: Flags): readonly string[] => [
  ...new Set(flags.findings.flatMap(({ flag }) => (flag === undefined ? [] : [flag]))),
];
const answers = { value: 'mine', variant: undefined, reason: 'ERROR', errorCode: 'PARSE_ERROR' };

describe('a flag with a mistake', () => {
  it.each(Object.entries(BAD_FLAGS))('such as %s is refused alone', (_, bad) => {
    const flags = flagsOf(of({ good: {}, bad }));
    expect(flags.evaluate('bad', 'mine')).toMatchObject(answers);
    expect([flags.isEnabled('bad'), flags.isEnabled('good'), refusedIn(flags)]).toEqual([false, true, ['bad']]);
    expect(flags.list().map(({ key, isRefused }) => [key, isRefused])).toEqual([
      ['good', false],
      ['bad', true],
    ]);
    expect(() => createFlags({ definition: of({ good: {}, bad }), strict: true })).toThrow(
      expect.objectContaining({ code: 'INVALID_FLAGS' }),
    );
  });

  it('is explained with its mistake and the place of it', async () => {
    const definition = await parseFlags('flags:\n  f: { enabled: maybe }\n');
    const { sentence, evaluation, findings } = flagsOf(definition).explain('f');
    expect(sentence).toBe(
      'f is the fallback of the code: it is refused: Expected true or false, got "maybe" at /flags/f/enabled, line 2, column 17.',
    );
    expect([evaluation.errorCode, findings[0]?.rule]).toEqual(['PARSE_ERROR', 'refused']);
  });

  it('is a finding with its flag, pointer, line, column, kind and message', async () => {
    const flags = flagsOf(
      await parseFlags('{"flags": {\n  "f": {"state": "ON", "variants": {"on": true}},\n  "g": {"a": 1}\n}}'),
    );
    expect(flags.findings).toEqual<FlagFinding[]>([
      {
        flag: 'f',
        path: '/flags/f/state',
        line: 2,
        column: 18,
        code: 'WRONG_VALUE',
        message: 'Expected ENABLED or DISABLED, got "ON"',
      },
      {
        flag: 'g',
        path: '/flags/g/a',
        line: 3,
        column: 14,
        code: 'UNKNOWN_FIELD',
        message: expect.stringMatching(/^Expected one of enabled, .+ got "a"$/) as string,
      },
    ]);
    expect([flags.state, flags.problem]).toEqual([
      'ready',
      expect.objectContaining({ code: 'INVALID_FLAGS', problems: [expect.any(Object), expect.any(Object)] }),
    ]);
  });

  it('is not known any more when the definitions have been changed since they were read', async () => {
    const definition = await parseFlags('flags: { f: { enabled: maybe }, g: { enabled: 1 } }');
    (definition.flags as Record<string, unknown>)['f'] = {};
    const flags = flagsOf(definition);
    expect([flags.isEnabled('f'), flags.findings.map(({ flag, column }) => [flag, column])]).toEqual([
      true,
      [['g', 47]],
    ]);
  });

  it('whose name stands twice is refused, as nobody knows which of the two is meant', async () => {
    for (const text of ['{"flags": {"f": {}, "g": {}, "f": {}}}', 'flags:\n  f: {}\n  g: {}\n  f: {}\n']) {
      const flags = flagsOf(await parseFlags(text));
      expect(refusedIn(flags)).toEqual(['f']);
      expect([flags.evaluate('f', 'mine').errorCode, flags.isEnabled('g')]).toEqual(['PARSE_ERROR', true]);
    }
  });

  it('turns off those that require it, which say so', () => {
    const flags = flagsOf(of({ f: { requires: ['bad'] }, g: { requires: ['f'] }, bad: { enabled: 1 } }));
    expect(flags.evaluate('f', true)).toMatchObject({ value: false, variant: 'off', reason: 'TARGETING_MATCH' });
    expect(flags.explain('f').sentence).toBe('f is false: it requires bad, which is refused.');
    expect(flags.explain('g').sentence).toBe('g is false: it requires f, which is off.');
    expect(refusedIn(flags)).toEqual(['bad']);
  });
});

describe('what flags share', () => {
  const rule = (name: string): object => ({ state: 'ENABLED', variants: { on: true }, targeting: { $ref: name } });

  it('refuses, where it is wrong, only the flags that use it, and says where', () => {
    const flags = flagsOf(
      of(
        { f: rule('a'), g: rule('sound'), h: { segments: ['s'] }, i: { segments: ['t'] }, j: {} },
        {
          $evaluators: { a: { '!': [{ $ref: 'b' }] }, b: { nope: [] }, sound: 'on' },
          segments: { s: { rule: { $ref: 'a' } }, t: { tenants: ['acme'] } },
        },
      ),
    );
    expect(refusedIn(flags)).toEqual(['f', 'h']);
    expect(flags.findings.map(({ flag, path }) => [flag, path])).toEqual([
      [undefined, '/$evaluators/b/nope'],
      ['f', '/$evaluators/b/nope'],
      ['h', '/$evaluators/b/nope'],
    ]);
    expect([flags.isEnabled('g'), flags.isEnabled('i', { tenant: 'acme' }), flags.isEnabled('j')]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('is refused if it goes in a circle, with those that lead into it', () => {
    const $evaluators = { a: { '!': [{ $ref: 'b' }] }, b: { $ref: 'a' }, c: { $ref: 'a' }, d: true };
    const flags = flagsOf(of({ f: rule('c'), g: rule('a'), h: rule('d') }, { $evaluators }));
    expect(refusedIn(flags)).toEqual(['f', 'g']);
  });

  it('may be a chain as long as there are evaluators, and is refused from where it is too deep', () => {
    const chain = Array.from({ length: 20_000 }, (_, index): [string, unknown] => [
      `e${index}`,
      index === 0 ? 'on' : { '!': [{ $ref: `e${index - 1}` }] },
    ]);
    const flags = flagsOf(of({ f: rule('e19999'), g: rule('e50') }, { $evaluators: Object.fromEntries(chain) }));
    expect(refusedIn(flags)).toEqual(['f']);
  });
});

it('flags that require each other in a circle are all refused, and those that ask for them are off', () => {
  const flags = flagsOf(
    of({
      a: { requires: ['b'] },
      b: { requires: ['c', 'd'] },
      c: { requires: ['a'], enabled: 1 },
      d: { requires: ['b'] },
      e: { requires: ['a'] },
      f: {},
    }),
  );
  expect(refusedIn(flags).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  expect([flags.evaluate('e', true).value, flags.isEnabled('f')]).toEqual([false, true]);
  expect(flags.findings.filter(({ code, message }) => code === 'CIRCLE' && message.includes(' → '))).toHaveLength(4);
});

it.each<[string, unknown]>([
  ['no object', []],
  ['nothing', null],
  ['no flags', {}],
  ['flags that are none', { flags: [] }],
  ['a bucketing that there is not', { flags: {}, bucketing: 'none' }],
  ['metadata that are none', { flags: {}, metadata: { a: null } }],
  ['segments that are none', { flags: {}, segments: 1 }],
  ['an unknown part', { flags: {}, flag: {} }],
])('%s refuses the whole, as it belongs to no flag', (_, definition) => {
  expect(() => createFlags({ definition: definition as FlagDefinitions })).toThrow(
    expect.objectContaining({ code: 'INVALID_FLAGS' }),
  );
});

it('all mistakes are found, however many there are', async () => {
  const bad = Array.from({ length: 500 }, (_, index): [string, unknown] => [`f${index}`, { a: 1, enabled: 2 }]);
  const text = JSON.stringify({ flags: Object.fromEntries(bad) });
  const { findings } = flagsOf(await parseFlags(text));
  expect(findings).toHaveLength(1000);
  expect(
    findings.every(({ column = 0, path }) => text.slice(column - 1).startsWith(path.endsWith('a') ? '1' : '2')),
  ).toBe(true);
  const most = Array.from({ length: 20_000 }, (_, index): [string, unknown] => [`f${index}`, { a: 1, b: 2, c: 3 }]);
  expect(refusedIn(flagsOf(of(Object.fromEntries(most))))).toHaveLength(20_000);
});

it('whatever is wrong with some flags, the others answer as they do without them, and these say PARSE_ERROR', async () => {
  await fc.assert(
    fc.asyncProperty(anyDefinitions, anyBadFlags, fc.nat(8), anyContext, async (good, bad, at, context) => {
      const entries = Object.entries(good.flags) as (readonly [string, unknown])[];
      const all = entries.toSpliced(at, 0, ...bad);
      // As a text, as objects can't be written with some of the names.
      const members = all.map(([name, flag]) => `${JSON.stringify(name)}:${textOf(flag)}`).join(',\n');
      const text = `{"segments": ${JSON.stringify(good.segments)},\n"flags": {${members}}}`;
      const [mixed, alone] = [flagsOf(await parseFlags(text)), flagsOf(good)];
      for (const key of Object.keys(good.flags)) {
        expect(mixed.explain(key, context)).toEqual(alone.explain(key, context));
        expect(mixed.isEnabled(key, context)).toBe(alone.isEnabled(key, context));
      }
      for (const [key] of bad) {
        expect(mixed.evaluate(key, 'mine', context)).toMatchObject(answers);
        expect(mixed.isEnabled(key, context)).toBe(false);
      }
      expect(new Set(refusedIn(mixed))).toEqual(new Set(bad.map(([key]) => key)));
      expect(mixed.findings.every(({ line, column }) => line !== undefined && column !== undefined)).toBe(true);
      expect(() => createFlags({ definition: JSON.parse(text) as FlagDefinitions, strict: true })).toThrow(
        expect.objectContaining({ code: 'INVALID_FLAGS' }),
      );
    }),
    { numRuns: 60 },
  );
});

/** What is nested too deep for `JSON.stringify` is written by hand. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    const levels = '['.repeat(30_000) + ']'.repeat(30_000);
    return Array.isArray((value as { variants?: { a: unknown } }).variants?.a)
      ? `{"variants":{"a":${levels}},"default":"a"}`
      : `{"state":"ENABLED","variants":{"on":true},"targeting":{"!":${levels}}}`;
  }
}

it('good flags are no different when they are strict', () => {
  fc.assert(
    fc.property(anyDefinitions, anyContext, (definition, context) => {
      const strict = createFlags({ definition, strict: true, clock: () => NOW });
      for (const key of Object.keys(definition.flags))
        expect(strict.explain(key, context)).toEqual(flagsOf(definition).explain(key, context));
      expect([strict.findings, strict.problem]).toEqual([[], undefined]);
    }),
    { numRuns: 30 },
  );
});
