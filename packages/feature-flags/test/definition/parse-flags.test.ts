import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlags, type FlagError, parseFlags } from '../../src/index.ts';

async function problemsOf(text: string): Promise<readonly string[]> {
  try {
    await parseFlags(text, { strict: true });
  } catch (error) {
    const { code, problems } = error as FlagError;
    expect(code).toBe('INVALID_FLAGS');
    return problems.map(({ path, line, column, message }) => `${path} ${line}:${column} ${message}`);
  }
  return [];
}

const one = (flag: string): string => `{\n  "flags": {\n    "f": ${flag}\n  }\n}`;

describe('parseFlags', () => {
  it('reads JSON and YAML to the same flags', async () => {
    const json = await parseFlags('{"flags": {"f": {"rollout": {"percentage": 12.5, "unit": "tenant"}}}}');
    const yaml = await parseFlags('# flags\nflags:\n  f:\n    rollout: { percentage: 12.5, unit: tenant }\n');
    expect(yaml).toEqual(json);
    expect(
      createFlags({ definition: yaml })
        .list()
        .map(({ key }) => key),
    ).toEqual(['f']);
  });

  it.each<[string, string]>([
    ['{"enabled": "yes"}', '/flags/f/enabled 3:22 Expected true or false, got "yes"'],
    ['{"enabeld": true}', '/flags/f/enabeld 3:22 Expected one of enabled, description,'],
    ['{"rollout": {"percentage": 101}}', '/flags/f/rollout/percentage 3:37 Expected a percentage from 0 to 100'],
    ['{"rollout": {"percentage": 0.00001}}', '/flags/f/rollout/percentage 3:37 Expected a percentage'],
    ['{"rollout": {}}', '/flags/f/rollout 3:22 Expected a percentage or ranges, or a ramp'],
    ['{"expires": "2027-02-30"}', '/flags/f/expires 3:22 Expected a day, as 2027-03-01, got "2027-02-30"'],
    ['{"schedule": {"start": "2027-01-01T00:00"}}', '/flags/f/schedule/start 3:33 Expected a time with an offset'],
    [
      '{"schedule": {"start": "2027-01-02T00:00:00Z", "end": "2027-01-01T00:00:00Z"}}',
      '/flags/f/schedule 3:23 Expected an end after the start',
    ],
    [
      '{"schedule": {"ramp": [{"at": "2027-01-02T00:00:00Z", "percentage": 1}, {"at": "2027-01-01T00:00:00Z", "percentage": 9}]}}',
      '/flags/f/schedule/ramp 3:32 Expected each step later than the one before',
    ],
    ...[
      ['"guard": {"metric": "m"}', '/guard 3:90 Expected "below" or "above", got neither'],
      ['"guard": {"below": 1}', '/guard 3:90 Expected a guard { metric, below, above, for }, got an object'],
      ['"guard": []', '/guard 3:90 Expected at least one guard, got a list of 0'],
      ['"guard": [{"metric": "m", "below": "1"}]', '/guard/0/below 3:116 Expected a number, got "1"'],
      ['"guard": {"metric": "m", "below": 1, "above": 1}', '/guard/below 3:115 Expected more than "above", which is 1'],
      ['"guard": {"metric": "m", "below": 1, "for": "10 m"}', '/guard/for 3:125 Expected a duration like 90s, 10m'],
      ['"guard": {"metric": "m", "below": 1, "for": "0m"}', '/guard/for 3:125 Expected a duration like 90s, 10m'],
      ['"guard": {"metric": "m", "under": 1}', '/guard/under 3:115 Expected one of metric, below, above, for'],
      ['"passed": "2027-01-01T00:00:00Z"', '/passed 3:91 Expected a guard beside "passed", got none'],
      ['"retryAfter": "6h"', '/retryAfter 3:95 Expected a guard beside "retryAfter", got none'],
      ['"guard": {"metric": "m", "below": 1}, "passed": true', '/passed 3:129 Expected a time with an offset'],
      [
        '"guard": {"metric": "m", "below": 1}, "failed": {"at": "2027-01-01T00:00:00Z"}',
        '/failed 3:129 Expected a failure { at, metric, value }',
      ],
    ].map(([fields = '', problem = '']): [string, string] => [
      `{"schedule": {"ramp": [{"at": "2027-01-01T00:00:00Z", "percentage": 1, ${fields}}]}}`,
      `/flags/f/schedule/ramp/0${problem}`,
    ]),
    [
      '{"schedule": {"ramp": [{"at": "2027-01-01T00:00:00Z", "percentage": 9, "guard": {"metric": "m", "below": 1}}, {"at": "2027-01-02T00:00:00Z", "percentage": 1}]}}',
      '/flags/f/schedule/ramp/1/percentage 3:165 Expected at least 9 in a ramp with guards, got 1',
    ],
    ['{"segments": ["nobody"]}', '/flags/f/segments/0 3:24 Expected the name of a segment, got "nobody"'],
    ['{"requires": ["nothing"]}', '/flags/f/requires/0 3:24 Expected the name of a flag, got "nothing"'],
    ['{"requires": ["f"]}', "/flags/f/requires 3:23 Expected flags that don't require themselves, got f → f"],
    ['{"variants": {"a": 1, "b": "x"}, "default": "a"}', '/flags/f/variants 3:23 Expected variants of one type'],
    ['{"variants": {"a": 1}, "default": "b"}', '/flags/f/default 3:44 Expected the variant that applies'],
    [
      '{"variants": {"a": 1, "b": 2}, "default": "a", "rollout": {"ranges": {"a": [0, 60], "b": [50, 100]}}}',
      '/flags/f/rollout/ranges 3:79 Expected ranges that don’t overlap',
    ],
    ['{"state": "ON", "variants": {"on": true}}', '/flags/f/state 3:20 Expected ENABLED or DISABLED, got "ON"'],
    ['{"state": "ENABLED"}', '/flags/f 3:10 Expected "variants" of a flag with "state"'],
    [
      '{"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "off"}',
      '/flags/f/defaultVariant 3:75 Expected the name of a variant, got "off"',
    ],
    [
      '{"state": "ENABLED", "variants": {"on": true}, "targeting": {"matches": [1, 2]}}',
      '/flags/f/targeting/matches 3:82 Expected an operator of flagd, got "matches"',
    ],
    [
      '{"state": "ENABLED", "variants": {"on": true}, "targeting": {"if": [{"in": [1]}, "on"]}}',
      '/flags/f/targeting/if/0/in 3:85 Expected 2 operands of in, got 1',
    ],
    [
      '{"state": "ENABLED", "variants": {"on": true}, "targeting": {"$ref": "nobody"}}',
      '/flags/f/targeting/$ref 3:79 Expected the name of an evaluator, got "nobody"',
    ],
    [
      '{"state": "ENABLED", "variants": {"on": true}, "targeting": {"fractional": [["on", 12.5]]}}',
      '/flags/f/targeting/fractional/0/1 3:93 Expected a weight: a whole number, got 12.5',
    ],
    ['{"metadata": {"a": null}}', '/flags/f/metadata/a 3:29 Expected a text, a number, true or false, got null'],
  ])('%s is refused where it is wrong', async (flag, problem) => {
    const problems = await problemsOf(one(flag));
    expect(
      problems.some((each) => each.startsWith(problem)),
      problems.join('\n'),
    ).toBe(true);
  });

  it('the place of a mistake is right in YAML too', async () => {
    const [problem] = await problemsOf('flags:\n  f:\n    rollout:\n      percentage: 200\n');
    expect(problem).toMatch(/^\/flags\/f\/rollout\/percentage 4:19 Expected a percentage/);
  });

  it('evaluators that refer to each other in a circle are refused', async () => {
    const text = JSON.stringify({
      flags: { f: { state: 'ENABLED', variants: { on: true }, targeting: { $ref: 'a' } } },
      $evaluators: { a: { '!': [{ $ref: 'b' }] }, b: { $ref: 'a' } },
    });
    expect((await problemsOf(text)).join('\n')).toMatch(/evaluators that end, got a circle/);
  });

  it('evaluators that grow without end by referring to each other are refused, and quickly', async () => {
    const levels = Array.from({ length: 40 }, (_, index): [string, unknown] => [
      `e${index}`,
      index === 39 ? { '==': [{ var: 'a' }, 1] } : { or: Array.from({ length: 4 }, () => ({ $ref: `e${index + 1}` })) },
    ]);
    const text = JSON.stringify({ flags: {}, $evaluators: Object.fromEntries(levels) });
    expect((await problemsOf(text)).join('\n')).toMatch(/at most 20000 parts/);
  });

  it('names that reach into what all objects share are refused', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      expect(await problemsOf(`{"flags": {"${name}": {}}}`)).toHaveLength(1);
      expect(await problemsOf(one(`{"variants": {"${name}": 1}, "default": "${name}"}`))).not.toHaveLength(0);
      expect(await problemsOf(one(`{"metadata": {"${name}": 1}}`))).toHaveLength(1);
    }
    expect(({} as Record<string, unknown>)['enabled']).toBeUndefined();
  });

  it('nesting without end, aliases without end and files without end are refused', async () => {
    const deep = `${'{"!":['.repeat(200)}1${']}'.repeat(200)}`;
    const flag = `{"state": "ENABLED", "variants": {"on": true}, "targeting": ${deep}}`;
    expect((await problemsOf(one(flag))).join()).toContain('nested at most 64 deep');
    const value = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const problems = await problemsOf(one(`{"variants": {"a": ${value}}, "default": "a"}`));
    expect(problems.join()).toContain('values nested at most 64 deep');
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [name, last] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map((pair) => [...pair]))
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${last}`).join(', ')}]`);
    expect(await problemsOf(`${bomb.join('\n')}\nflags: {}\n`)).toHaveLength(1);
    await expect(parseFlags(' '.repeat(10 * 1024 * 1024 + 1))).rejects.toMatchObject({ code: 'FLAGS_TOO_LARGE' });
  });

  it('a name that stands twice is refused where it stands again, in JSON and in YAML', async () => {
    const json = '{"flags": {\n  "f": {"enabled": true},\n  "f": {"enabled": false}\n}}';
    expect(await problemsOf(json)).toEqual(['/flags/f 3:3 Expected each name once in an object, got this one again']);
    const yaml = 'flags:\n  f: { enabled: true }\n  f: { enabled: false }\n';
    expect(await problemsOf(yaml)).toEqual(['/flags/f 3:3 Expected each name once in an object, got this one again']);
    const inside = 'flags:\n  f:\n    variants: { a: [1, { b: 1, b: 2 }] }\n    default: a\n';
    expect((await problemsOf(inside))[0]).toMatch(/^\/flags\/f\/variants\/a\/1\/b 3:32 /);
  });

  it.each([[undefined], [null], [7], [{ flags: {} }], [new TextEncoder().encode('{}')]])(
    'what is no text is refused: %j',
    async (text) => {
      const failure = { code: 'INVALID_FLAGS', message: expect.stringMatching(/^Expected a text, got /) };
      await expect(parseFlags(text as unknown as string)).rejects.toMatchObject(failure);
    },
  );

  it('what is neither JSON nor YAML is refused with its place', async () => {
    expect(await problemsOf('{"flags": {\n  "a": }\n}')).toEqual([expect.stringMatching(/^ 2:8 Expected JSON/)]);
    expect(await problemsOf('flags:\n  a: [\n')).toEqual([expect.stringMatching(/^ \d:\d+ Expected YAML/)]);
    expect(await problemsOf('flags: {a: {}}\nflags: {}\n')).toEqual([
      expect.stringMatching(/^\/flags 2:1 Expected each/),
    ]);
    expect(await problemsOf(`flags: ${'['.repeat(100_000)}`)).toEqual([expect.stringMatching(/Expected YAML/)]);
    for (const text of ['', '[]', '7', 'null', '{}']) expect(await problemsOf(text)).toHaveLength(1);
  });

  it('whatever it is given, it gives flags that can be made or a FlagError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (value) => {
        try {
          createFlags({ definition: await parseFlags(JSON.stringify({ flags: { f: value } })) });
        } catch (error) {
          expect((error as FlagError).name).toBe('FlagError');
        }
      }),
      { numRuns: 300 },
    );
  });
});
