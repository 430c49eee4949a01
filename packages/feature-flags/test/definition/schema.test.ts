import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importFlags } from '../../src/import/index.ts';
import { checkDefinitions, parseFlags, toFlagd } from '../../src/index.ts';
import { OPERATORS } from '../../src/logic/operators.ts';
import { anyDefinitions } from '../fixtures.ts';
import { ACCEPTED, flagd, one, REFUSED } from './examples.ts';

interface SchemaNode {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly $defs: Readonly<Record<string, SchemaNode>>;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const schema = read('../../schema/flags.schema.json') as SchemaNode;
// Some members say more of a value whose type another member says.
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false, strictRequired: false });
const validate = ajv.compile(schema);

/** As a file has it. */
const written = (definitions: unknown): unknown => JSON.parse(JSON.stringify(definitions));

/** Whether the schema, and whether the runtime takes it. */
const verdicts = (definitions: unknown): readonly [boolean, boolean] => [
  validate(definitions),
  checkDefinitions(definitions).length === 0,
];

const vectors = read('../import/vectors.json') as Record<
  'unleash' | 'growthbook' | 'launchdarkly',
  { document: object }[]
>;
const rules = (read('../logic/vectors.json') as { readonly rule: unknown }[]).map(({ rule }) => rule);

const stepWith = (more: object): object => ({ at: '2027-01-01T00:00Z', percentage: 1, ...more });

describe('the schema of files of flags', () => {
  it.each(Object.entries(ACCEPTED))('takes %s, as the runtime does', (_, definitions) => {
    expect(verdicts(definitions)).toEqual([true, true]);
  });

  it.each(Object.entries(REFUSED))('refuses %s, as the runtime does', (_, definitions) => {
    expect(verdicts(definitions)).toEqual([false, false]);
  });

  it('takes the flags of the README', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const examples = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    expect(examples.length).toBeGreaterThan(0);
    for (const text of examples) expect(validate(await parseFlags(text)), text).toBe(true);
  });

  it('takes flags of any form', () => {
    fc.assert(
      fc.property(anyDefinitions, (definitions) => {
        expect(verdicts(written(definitions))).toEqual([true, true]);
        expect(verdicts(written(toFlagd(definitions)))).toEqual([true, true]);
      }),
    );
  });

  it('takes what is imported from other systems', () => {
    for (const from of ['unleash', 'growthbook', 'launchdarkly'] as const) {
      for (const { document } of vectors[from]) {
        const { definitions } = importFlags(document, { from });
        expect(verdicts(written(definitions)), JSON.stringify(definitions)).toEqual([true, true]);
      }
    }
  });

  it('takes the rules that the runtime takes', () => {
    for (const rule of rules) {
      const [bySchema, byRuntime] = verdicts({ flags: {}, $evaluators: { a: rule } });
      expect(bySchema, JSON.stringify(rule)).toBe(byRuntime);
    }
  });

  it('knows each operator, with as many operands as it takes', () => {
    const operators = Object.keys(schema.$defs['logic']?.properties ?? {});
    expect(operators.toSorted()).toEqual([...Object.keys(OPERATORS), '$ref'].toSorted());
    for (const operator of Object.keys(OPERATORS)) {
      const forms: unknown[] = [
        'a',
        {},
        ...[0, 1, 2, 3, 4, 5].map((count) => Array.from({ length: count }, () => 'a')),
      ];
      for (const operands of forms) {
        const [bySchema, byRuntime] = verdicts({ flags: {}, $evaluators: { a: { [operator]: operands } } });
        expect(bySchema, JSON.stringify({ [operator]: operands })).toBe(byRuntime);
      }
    }
  });

  it.each<[string, SchemaNode | undefined, unknown]>([
    ['a file', schema, { flags: {}, '?': 1 }],
    ['a flag in flagd’s format', schema.$defs['flagdFlag'], flagd({ '?': 1 })],
    ['a readable flag', schema.$defs['readableFlag'], one({ '?': 1 })],
    ['a rollout', schema.$defs['rollout'], one({ rollout: { percentage: 1, '?': 1 } })],
    ['a schedule', schema.$defs['schedule'], one({ schedule: { '?': 1 } })],
    ['a step', schema.$defs['step'], one({ schedule: { ramp: [{ at: '2027-01-01T00:00Z', percentage: 1, '?': 1 }] } })],
    [
      'a guard',
      schema.$defs['guard'],
      one({ schedule: { ramp: [stepWith({ guard: { metric: 'm', below: 1, '?': 1 } })] } }),
    ],
    [
      'a failure',
      schema.$defs['failure'],
      one({
        schedule: {
          ramp: [
            stepWith({
              guard: { metric: 'm', below: 1 },
              failed: { at: '2027-01-01T00:00Z', metric: 'm', value: 1, '?': 1 },
            }),
          ],
        },
      }),
    ],
    ['a segment', schema.$defs['segment'], { flags: {}, segments: { beta: { '?': 1 } } }],
  ])('has the members of %s that the runtime knows, each with a description', (_, node, withUnknown) => {
    const [problem] = checkDefinitions(withUnknown);
    const known = /^Expected one of (.*), got "\?"$/.exec(problem?.message ?? '')?.[1]?.split(', ');
    expect(Object.keys(node?.properties ?? {}).toSorted()).toEqual(known?.toSorted());
    for (const [name, member] of Object.entries(node?.properties ?? {})) {
      const shared = schema.$defs[member.$ref?.slice('#/$defs/'.length) ?? '']?.description;
      expect(member.description ?? shared, name).toMatch(/\S/);
    }
  });

  it('refuses nothing that the runtime takes, whatever is changed in flags', () => {
    const value = fc.constantFrom<unknown>(
      null,
      true,
      0,
      100,
      -1,
      1.5,
      '',
      'on',
      'a.b',
      '2027-01-01',
      [],
      ['acme'],
      [0, 50],
      {},
      { on: true },
      { var: 'a' },
    );
    const names = fc.constantFrom(
      'enabled',
      'rollout',
      'variants',
      'default',
      'schedule',
      'state',
      'targeting',
      'segments',
      'killSwitch',
      'metadata',
      '?',
    );
    let refused = 0;
    fc.assert(
      fc.property(
        anyDefinitions,
        fc.constantFrom('a', 'b', 'c', 'd'),
        names,
        value,
        (definitions, key, name, changed) => {
          const flags = { ...definitions.flags, [key]: { ...definitions.flags[key], [name]: changed } };
          const [bySchema, byRuntime] = verdicts(written({ ...definitions, flags }));
          if (!bySchema) refused++;
          expect([bySchema, byRuntime]).not.toEqual([false, true]);
        },
      ),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(0);
  });
});
