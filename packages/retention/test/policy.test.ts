import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatPolicy,
  parsePolicy,
  planRetention,
  type PresetName,
  presets,
  type RetentionPolicy,
} from '../src/index.ts';
import { POLICY_SCHEMA } from '../src/policy/schema.ts';
import { anyPolicy } from './fixtures.ts';

const file: object = JSON.parse(readFileSync(new URL('../schema/policy.schema.json', import.meta.url), 'utf8'));
const bySchema = new Ajv2020({ strict: false }).compile(file);

function atRuntime(policy: unknown): boolean {
  try {
    planRetention([], policy as RetentionPolicy, { now: 0, timeZone: 'UTC' });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_POLICY' });
    return false;
  }
}

describe('the schema', () => {
  it('is what the runtime checks by', () => {
    expect(file).toMatchObject(POLICY_SCHEMA);
    expect(Object.keys(file).toSorted()).toEqual(['$id', '$schema', 'title', ...Object.keys(POLICY_SCHEMA)].toSorted());
  });

  it('and the runtime agree on policies', () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        expect([bySchema(JSON.parse(JSON.stringify(policy))), atRuntime(policy)]).toEqual([true, true]);
      }),
    );
  });

  it('and the runtime agree on what is nearly one', () => {
    const names = [...Object.keys(POLICY_SCHEMA.properties ?? {}), 'constructor', 'other'];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        0,
        -1,
        -2,
        1.5,
        '0d',
        '7d',
        '7 days 2h',
        '24x1h',
        '24x1h;',
        'majors',
        '',
        '200 GB',
        '0 GB',
        [],
        [{}],
      ),
      fc.constantFrom<unknown>(
        [{ until: '7d', keep: 'all', end: 'x' }],
        { a: -1, b: '7d' },
        { a: { daily: 3 } },
        { a: { tags: {} } },
        { a: 3 },
      ),
    );
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 }), value), (policy) => {
        const json: unknown = JSON.parse(JSON.stringify(policy));
        // An array of policies is not one policy, though a plan takes it.
        if (!Array.isArray(json)) expect(bySchema(json)).toBe(atRuntime(json));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(Object.keys(presets) as PresetName[])('takes the preset %s', (name) => {
    expect(bySchema(presets[name])).toBe(true);
  });
});

describe('the text of a policy', () => {
  it.each([
    ['7d 4w 12m', { daily: 7, weekly: 4, monthly: 12 }],
    ['max-bytes=1500 kind.__proto__=7d', JSON.parse('{ "maxBytes": 1500, "kinds": { "__proto__": "7d" } }')],
    ['20last *y within=14d', { last: 20, yearly: -1, within: '14d' }],
    [
      'windows=7d:all,30d:daily/excluded',
      {
        windows: [
          { until: '7d', keep: 'all' },
          { until: '30d', keep: 'daily', end: 'excluded' },
        ],
      },
    ],
    [
      'kind."full"=(4w 3m) kind."incremental"=7d tag."gold"=*',
      { kinds: { full: { weekly: 4, monthly: 3 }, incremental: '7d' }, tags: { gold: -1 } },
    ],
    [
      'grid=24x1h,35x1d pick=oldest max-per-group=50 max-bytes=200GB',
      { grid: '24x1h,35x1d', pick: 'oldest', maxPerGroup: 50, maxBytes: '200GB' },
    ],
  ])('%s is read and written', (text, policy) => {
    expect(parsePolicy(text)).toEqual(policy);
    expect(parsePolicy(formatPolicy(policy as RetentionPolicy))).toEqual(policy);
  });

  it('of any policy is read back to a policy with the same text', () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        const text = formatPolicy(policy);
        expect(formatPolicy(parsePolicy(text))).toBe(text);
      }),
    );
  });

  it.each(['7x', '7d 8d', 'kind.full=(4w', 'name="a', 'hello', 'kind.a=7d kind.a=8d', '7d, 4w'])(
    '%s is no policy',
    (text) => {
      expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ code: 'INVALID_POLICY_TEXT' }));
    },
  );

  it('is a typed error or a policy, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z=."():,* ]*$/)), (text) => {
        try {
          formatPolicy(parsePolicy(text));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^INVALID_POLICY/) });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
