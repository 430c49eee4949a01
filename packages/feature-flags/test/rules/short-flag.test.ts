import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFlags,
  type FlagContext,
  type FlagDefinitions,
  type ShortFlag,
  simulateFlags,
  toFlagd,
} from '../../src/index.ts';
import { anyContext, anyDefinitions, flagsOf, NOW, only } from '../fixtures.ts';

const day = (days: number): string => new Date(NOW + days * 86_400_000).toISOString();

const answer = (flag: ShortFlag, context: FlagContext = {}, nowMs?: number): readonly [unknown, string] => {
  const { value, reason } = flagsOf(only(flag), nowMs).evaluate('f', 'fallback', context);
  return [value, reason];
};
const on = (flag: ShortFlag, context: FlagContext = {}, nowMs?: number): boolean =>
  flagsOf(only(flag), nowMs).isEnabled('f', context);

describe('a flag in the readable form', () => {
  it('is on for everybody when it says no more', () => {
    const { value, variant, reason } = flagsOf(only({})).evaluate('f', false);
    expect([value, variant, reason]).toEqual([true, 'on', 'STATIC']);
  });

  it.each<[string, ShortFlag, FlagContext, boolean, string]>([
    ['enabled: false', { enabled: false }, {}, false, 'DISABLED'],
    ['its kill switch', { killSwitch: true }, {}, false, 'DISABLED'],
    ['the kill switch of a tenant', { killSwitch: { tenants: ['acme'] } }, { tenant: 'acme' }, false, 'DISABLED'],
    ['the kill switch of others', { killSwitch: { tenants: ['acme'] } }, { tenant: 'x' }, true, 'TARGETING_MATCH'],
    ['an excluded tenant', { excludeTenants: ['acme'] }, { tenant: 'acme' }, false, 'TARGETING_MATCH'],
    ['a target tenant', { targetTenants: ['acme'] }, { tenant: 'acme' }, true, 'TARGETING_MATCH'],
    ['another tenant', { targetTenants: ['acme'] }, { tenant: 'x' }, false, 'TARGETING_MATCH'],
    ['nobody’s tenant', { targetTenants: ['acme'] }, {}, false, 'TARGETING_MATCH'],
    ['before its time', { schedule: { start: day(1) } }, {}, false, 'TARGETING_MATCH'],
    ['after its time', { schedule: { end: day(-1) } }, {}, false, 'TARGETING_MATCH'],
    ['the moment of its end', { schedule: { end: day(0) } }, {}, false, 'TARGETING_MATCH'],
    ['the moment of its start', { schedule: { start: day(0) } }, {}, true, 'TARGETING_MATCH'],
    ['0 %', { rollout: { percentage: 0 } }, {}, false, 'SPLIT'],
    ['100 %', { rollout: { percentage: 100 } }, {}, true, 'SPLIT'],
    ['a missing unit', { rollout: { percentage: 50, unit: 'tenant' } }, { user: 'u' }, false, 'UNIT_MISSING'],
    ['an empty unit', { rollout: { percentage: 50 } }, { targetingKey: '' }, false, 'UNIT_MISSING'],
  ])('%s decides', (_, flag, context, value, reason) => {
    expect(flagsOf(only(flag)).evaluate('f', !value, context)).toMatchObject({ value, reason });
    expect(on(flag, context)).toBe(value);
  });

  it('a percentage applies among the target tenants', () => {
    const flag: ShortFlag = { targetTenants: ['t1', 't2', 't3', 't4'], rollout: { percentage: 50, unit: 'tenant' } };
    const among = ['t1', 't2', 't3', 't4'].filter((tenant) => on(flag, { tenant }));
    expect(among.length).toBeGreaterThan(0);
    expect(among.length).toBeLessThan(4);
    const others = Array.from({ length: 200 }, (_, index) => `other${index}`);
    expect(others.some((tenant) => on(flag, { tenant }))).toBe(false);
  });

  it('a ramp grows step by step, and is at 0 before the first one', () => {
    const ramp = [1, 10, 50, 100].map((percentage, index) => ({ at: day(index), percentage }));
    const flag: ShortFlag = { rollout: { unit: 'user' }, schedule: { ramp } };
    const users = Array.from({ length: 2000 }, (_, index) => ({ user: `u${index}` }));
    const shares = [-1, 0, 1, 2, 3].map(
      (after) => users.filter((context) => on(flag, context, NOW + after * 86_400_000)).length / 20,
    );
    expect([shares[0], shares[4]]).toEqual([0, 100]);
    for (const [index, expected] of [
      [1, 1],
      [2, 10],
      [3, 50],
    ] as const)
      expect(Math.abs((shares[index] as number) - expected)).toBeLessThan(4);
  });

  it('what it requires has to be on, also through others', () => {
    const flags = { a: { targetTenants: ['acme'] }, b: { requires: ['a'] }, f: { requires: ['b'] } };
    expect(flagsOf({ flags }).isEnabled('f', { tenant: 'acme' })).toBe(true);
    expect(flagsOf({ flags }).isEnabled('f', { tenant: 'x' })).toBe(false);
    const order = { flags: { f: flags.f, b: flags.b, a: flags.a } };
    expect(flagsOf(order).isEnabled('f', { tenant: 'acme' })).toBe(true);
  });

  it('chains of required flags that take long to ask are refused, and quickly', () => {
    const chain = (length: number, width: number): Record<string, ShortFlag> =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => index).flatMap((index) =>
          Array.from({ length: width }, (__, each): [string, ShortFlag] => [
            `f${index}_${each}`,
            index === length - 1
              ? {}
              : { requires: Array.from({ length: width }, (___, next) => `f${index + 1}_${next}`) },
          ]),
        ),
      );
    expect(flagsOf({ flags: chain(64, 1) }).isEnabled('f0_0')).toBe(true);
    for (const flags of [chain(65, 1), chain(10_000, 1), chain(30, 2)])
      expect(() => createFlags({ definition: { flags }, strict: true })).toThrow(
        expect.objectContaining({ code: 'INVALID_FLAGS' }),
      );
    const twice = flagsOf({ flags: { f: { requires: ['g', 'g', 'g'] }, g: {} } });
    expect(twice.isEnabled('f')).toBe(true);
  });

  it('tenants that are numbers are those that are written as texts', () => {
    const flags = flagsOf({ flags: { k: { killSwitch: { tenants: ['42'] } }, t: { targetTenants: ['42'] } } });
    const tenant = 42 as unknown as string;
    expect([flags.isEnabled('k', { tenant }), flags.isEnabled('t', { tenant })]).toEqual([false, true]);
  });

  it('a value that somebody changes is the same for all others', () => {
    const flags = flagsOf({ flags: { f: { variants: { a: { list: [1] } }, default: 'a' } } });
    const value = flags.object('f', {}) as { list: number[] };
    expect(() => value.list.push(2)).toThrow(TypeError);
    expect(flags.object('f', {})).toEqual({ list: [1] });
  });

  it('a segment is those listed and those for whom its rule is true', () => {
    const segments = { beta: { tenants: ['acme'], users: ['ann'], rule: { '===': [{ var: 'plan' }, 'beta'] } } };
    const flags = flagsOf(only({ segments: ['beta'] }, { segments }));
    const members: FlagContext[] = [{ tenant: 'acme' }, { user: 'ann' }, { plan: 'beta' }];
    expect(members.map((context) => flags.isEnabled('f', context))).toEqual([true, true, true]);
    expect(flags.isEnabled('f', { tenant: 'x', user: 'y', plan: 'z' })).toBe(false);
  });

  it('variants have fixed ranges, and the rest gets the default', () => {
    const flag: ShortFlag = {
      variants: { red: '#f00', blue: '#00f', grey: '#888' },
      default: 'grey',
      rollout: { unit: 'user', ranges: { red: [0, 20], blue: [50, 80] } },
    };
    const counts: Record<string, number> = {};
    for (let index = 0; index < 5000; index++) {
      const [value] = answer(flag, { user: `u${index}` });
      counts[String(value)] = (counts[String(value)] ?? 0) + 1;
    }
    expect(Object.keys(counts).toSorted()).toEqual(['#00f', '#888', '#f00']);
    expect(Math.abs((counts['#f00'] ?? 0) / 50 - 20)).toBeLessThan(3);
    expect(Math.abs((counts['#00f'] ?? 0) / 50 - 30)).toBeLessThan(3);
    expect(answer(flag)).toEqual(['#888', 'UNIT_MISSING']);
  });

  it('flags with one salt choose the same units, others do not', () => {
    const flag = (salt?: string): ShortFlag => ({ rollout: { percentage: 50, unit: 'user', salt } });
    const flags = flagsOf({ flags: { a: flag('s'), b: flag('s'), c: flag() } });
    const users = Array.from({ length: 500 }, (_, index) => ({ user: `u${index}` }));
    const of = (key: string): string => users.map((user) => Number(flags.isEnabled(key, user))).join('');
    expect(of('a')).toBe(of('b'));
    expect(of('a')).not.toBe(of('c'));
  });
});

describe('laws of rollouts', () => {
  const share = fc.nat(1_000_000).map((buckets) => buckets / 10_000);
  const someKeys = Array.from({ length: 200 }, (_, index) => ({ targetingKey: `u${index}` }));

  it('raising a percentage moves nobody out who is in', () => {
    fc.assert(
      fc.property(
        share,
        share,
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 20 }),
        (a, b, users) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const at = (percentage: number): ShortFlag => ({ rollout: { percentage, unit: 'user' } });
          const { flips } = simulateFlags(
            only(at(low)),
            only(at(high)),
            users.map((user) => ({ user })),
          );
          expect(flips.every(({ before, after }) => before === false && after === true)).toBe(true);
        },
      ),
    );
  });

  it('raising the weight of one of two variants in flagd’s format moves nobody out of it', () => {
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((percentage): FlagDefinitions => {
          const weight = Math.round(percentage * 10_000);
          const shares = [
            ['on', weight],
            ['off', 1_000_000 - weight],
          ];
          const variants = { on: true, off: false };
          return { flags: { f: { state: 'ENABLED', variants, targeting: { fractional: shares } } } };
        });
        const { flips } = simulateFlags(low as FlagDefinitions, high as FlagDefinitions, someKeys);
        expect(flips.every(({ before, after }) => before === false && after === true)).toBe(true);
      }),
    );
  });

  it('a range that grows takes only those who had the default', () => {
    const cuts = fc.uniqueArray(fc.nat(1_000_000), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(cuts, (found) => {
        const sorted = found.toSorted((one, other) => one - other).map((cut) => cut / 10_000);
        const [a = 0, b = 0, more = 0, c = 0, d = 0, most = 0] = sorted;
        const at = (red: number, blue: number): FlagDefinitions =>
          only({
            variants: { red: 'r', blue: 'b', grey: 'g' },
            default: 'grey',
            rollout: { ranges: { red: [a, red], blue: [c, blue] } },
          });
        const { flips } = simulateFlags(at(b, d), at(more, most), someKeys);
        expect(flips.every(({ before, after }) => before === 'g' && (after === 'r' || after === 'b'))).toBe(true);
      }),
    );
  });

  it('the same flags in flagd’s format give everybody the same', () => {
    fc.assert(
      fc.property(anyDefinitions, fc.array(anyContext, { minLength: 5 }), (definitions, contexts) => {
        const [own, flagd] = [flagsOf(definitions), flagsOf(toFlagd(definitions))];
        for (const key of Object.keys(definitions.flags)) {
          for (const context of contexts) {
            const fallback = key === 'd' ? '' : false;
            expect(flagd.evaluate(key, fallback, context).value).toBe(own.evaluate(key, fallback, context).value);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('an explanation ends with the rule that decided, and says the same as the evaluation', () => {
    fc.assert(
      fc.property(anyDefinitions, anyContext, (definitions, context) => {
        const flags = flagsOf(definitions);
        for (const key of ['a', 'b', 'c']) {
          const { evaluation, findings, sentence } = flags.explain(key, context);
          expect(evaluation).toEqual(flags.evaluate(key, false, context));
          expect(findings.at(-1)?.rule).toBeDefined();
          expect(sentence).toMatch(new RegExp(`^${key} is (true|false): .+\\.$`));
        }
      }),
    );
  });
});
