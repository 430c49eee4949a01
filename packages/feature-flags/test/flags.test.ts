import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createFlags, type FlagContext, type FlagDefinitions, type FlagdFlag } from '../src/index.ts';
import { flagsOf } from './fixtures.ts';

const base: FlagdFlag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };

const flagd = (changes: Partial<FlagdFlag>, rest: Partial<FlagDefinitions> = {}): FlagDefinitions => ({
  ...rest,
  flags: { f: { ...base, ...changes } },
});

describe('a flag in flagd’s format', () => {
  it.each<[string, Partial<FlagdFlag>, unknown]>([
    ['no rules', {}, { value: true, variant: 'on', reason: 'STATIC' }],
    ['empty rules', { targeting: {} }, { value: true, variant: 'on', reason: 'STATIC' }],
    ['disabled', { state: 'DISABLED' }, { value: false, variant: undefined, reason: 'DISABLED', errorCode: undefined }],
    [
      'a chosen variant',
      { targeting: { if: [true, 'off'] } },
      { value: false, variant: 'off', reason: 'TARGETING_MATCH' },
    ],
    ['nothing chosen', { targeting: { if: [false, 'off'] } }, { value: true, variant: 'on', reason: 'DEFAULT' }],
    ['no default', { defaultVariant: null }, { value: false, variant: undefined, reason: 'DEFAULT' }],
    ['an unknown variant', { targeting: { cat: ['x'] } }, { value: false, reason: 'ERROR', errorCode: 'GENERAL' }],
    [
      'a rule that fails',
      { targeting: { '<': [{ var: 'a' }, 1] } },
      { value: false, reason: 'ERROR', errorCode: 'GENERAL' },
    ],
    [
      'the time',
      { targeting: { if: [{ '==': [{ var: '$flagd.timestamp' }, 1782820800] }, 'off'] } },
      { variant: 'off' },
    ],
    ['its own name', { targeting: { if: [{ '==': [{ var: '$flagd.flagKey' }, 'f'] }, 'off'] } }, { variant: 'off' }],
  ])('with %s has the value, the variant and the reason that flagd gives', (_, changes, expected) => {
    expect(flagsOf(flagd(changes)).evaluate('f', false, { a: 'text' })).toMatchObject(expected as object);
  });

  it('true and false may choose variants of these names', () => {
    const variants = { true: 'yes', false: 'no' };
    const targeting = { '==': [{ var: 'plan' }, 'paid'] };
    const flags = flagsOf(flagd({ variants, defaultVariant: 'false', targeting }));
    expect(flags.string('f', '', { plan: 'paid' })).toBe('yes');
    expect(flags.string('f', '', { plan: 'free' })).toBe('no');
  });

  it('evaluators stand for their rules, and metadata of all flags for that of each', () => {
    const definitions = flagd(
      { targeting: { if: [{ $ref: 'paying' }, 'off'] }, metadata: { team: 'web' } },
      { $evaluators: { paying: { '===': [{ var: 'plan' }, 'paid'] } }, metadata: { team: 'all', version: 3 } },
    );
    const { variant, metadata } = flagsOf(definitions).evaluate('f', false, { plan: 'paid' });
    expect([variant, metadata]).toEqual(['off', { team: 'web', version: 3 }]);
  });
});

describe('flags', () => {
  const definition: FlagDefinitions = {
    flags: {
      yes: {},
      text: { variants: { a: 'A' }, default: 'a' },
      number: { variants: { a: 7 }, default: 'a' },
      object: { variants: { a: { b: [1] } }, default: 'a' },
      nothing: { state: 'ENABLED', variants: { on: true } },
    },
  };

  it('have values of four types, and a fallback where the type is another one', () => {
    const flags = flagsOf(definition);
    expect(flags.boolean('yes', false)).toBe(true);
    expect(flags.string('text', '-')).toBe('A');
    expect(flags.number('number', 0)).toBe(7);
    expect(flags.object('object', {})).toEqual({ b: [1] });
    expect(flags.evaluate('text', 0)).toMatchObject({ value: 0, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' });
    expect(flags.isEnabled('text')).toBe(false);
    expect(flags.evaluate('none', 'x')).toMatchObject({ value: 'x', reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
    expect(flags.explain('none').sentence).toBe('none has no value: there is no flag of this name.');
  });

  it('with types, a name that is none does not compile', () => {
    const flags = createFlags<{ yes: boolean; text: 'A' | 'B' }>({ definition });
    expect(flags.isEnabled('yes')).toBe(true);
    // @ts-expect-error a misspelt flag
    expect(flags.isEnabled('yse')).toBe(false);
    // @ts-expect-error a flag of another type
    expect(flags.isEnabled('text')).toBe(false);
    const value: 'A' | 'B' = flags.evaluate('text', 'B').value;
    expect(value).toBe('A');
  });

  it('with an interface for types, names and values have theirs', () => {
    interface Theme {
      readonly b: readonly number[];
    }
    interface Values {
      readonly yes: boolean;
      readonly text: 'A' | 'B';
      readonly any: string;
      readonly number: number;
      readonly object: Theme;
    }
    const flags = createFlags<Values>({ definition });
    expectTypeOf(flags.string('text', 'B')).toEqualTypeOf<'A' | 'B'>();
    expectTypeOf(flags.string('any', 'x')).toEqualTypeOf<string>();
    expectTypeOf(flags.evaluate('yes', false).value).toEqualTypeOf<boolean>();
    expectTypeOf(flags.object('object', { b: [] })).toEqualTypeOf<Theme>();
    // @ts-expect-error no value of the flag
    expect(flags.string('text', 'C')).toBe('A');
    // @ts-expect-error a flag of another type
    expect(flags.string('number', 'x')).toBe('x');
    // @ts-expect-error what JSON can't say
    expect(() => createFlags<{ big: bigint }>({ definition })).not.toThrow();
    expectTypeOf(flagsOf(definition).string('text', 'x')).toEqualTypeOf<string>();
  });

  it('the flags of an object that everybody shares are none', () => {
    const flags = flagsOf(definition);
    for (const key of ['__proto__', 'constructor', 'toString']) expect(flags.isEnabled(key)).toBe(false);
  });

  it('look at the own fields of a context, in every form of a flag, and not at those of its class', () => {
    class Account {
      get tenant(): string {
        return 'acme';
      }
      get targetingKey(): string {
        return 'acme';
      }
    }
    const flags = flagsOf({
      flags: {
        listed: { targetTenants: ['acme'] },
        everybody: { rollout: { percentage: 99.9999, unit: 'tenant' } },
        excluded: { excludeTenants: ['acme'] },
        rule: { ...base, targeting: { if: [{ '===': [{ var: 'tenant' }, 'acme'] }, 'on', 'off'] } },
        path: { ...base, targeting: { if: [{ '===': [{ var: 'a.tenant' }, 'acme'] }, 'on', 'off'] } },
        share: { ...base, defaultVariant: 'off', targeting: { fractional: [['on', 1]] } },
      },
    });
    const own = { tenant: 'acme', targetingKey: 'acme' };
    const shared = new Account() as unknown as FlagContext;
    const on = (context: FlagContext): string[] =>
      flags.list().flatMap(({ key }) => (flags.isEnabled(key, context) ? [key] : []));
    expect(on({ ...own, a: own })).toEqual(['listed', 'everybody', 'rule', 'path', 'share']);
    expect(on(Object.assign(shared, { a: shared }))).toEqual(['excluded']);
    expect(flags.evaluate('everybody', false, shared).reason).toBe('UNIT_MISSING');
    expect(flags.explain('listed', shared).findings[0]?.facts).toEqual({ tenant: null });
  });

  it('are not decided by what somebody adds to all objects', () => {
    const flags = flagsOf({ flags: { f: { targetTenants: ['acme'] }, g: { rollout: { percentage: 50 } } } });
    // oxlint-disable-next-line no-extend-native -- that this can be done is what the test is about
    Object.defineProperty(Object.prototype, 'tenant', { value: 'acme', configurable: true });
    try {
      expect(flags.isEnabled('f', {})).toBe(false);
    } finally {
      delete (Object.prototype as { tenant?: string }).tenant;
    }
    for (const unit of ['__proto__', 'constructor', 'toString']) {
      const odd = flagsOf({ flags: { f: { rollout: { percentage: 50, unit } } } });
      expect(odd.evaluate('f', false, {}).reason).toBe('UNIT_MISSING');
    }
  });

  it('never throw, whatever they are asked', () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        getOwnPropertyDescriptor: () => {
          throw new Error('no');
        },
      },
    );
    const flags = flagsOf({
      flags: {
        a: { rollout: { percentage: 50, unit: 'tenant' }, targetTenants: ['x'] },
        b: { ...base, targeting: { if: [{ '>': [{ var: 'n.m' }, 1] }, 'on', { fractional: [['on'], ['off']] }] } },
      },
    });
    const contexts: unknown[] = [undefined, null, 7, 'text', [], trap, { tenant: trap }, { n: { m: trap } }, () => 0];
    for (const context of contexts) {
      for (const key of ['a', 'b', undefined as unknown as string]) {
        expect(() => flags.evaluate(key, false, context as FlagContext)).not.toThrow();
        expect(() => flags.isEnabled(key, context as FlagContext)).not.toThrow();
        expect(() => flags.explain(key, context as FlagContext)).not.toThrow();
      }
    }
    fc.assert(
      fc.property(fc.anything(), fc.string(), (context, key) => {
        flags.evaluate(key, false, context as FlagContext);
        flags.evaluate('b', false, context as FlagContext);
      }),
    );
  });
});
