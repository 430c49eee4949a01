import { describe, expect, it } from 'vitest';
import type { FlagContext, Json } from '../../src/index.ts';
import { type ImportedFlags, importFlags, type ImportOptions } from '../../src/import/index.ts';
import { flagsOf } from '../fixtures.ts';
import vectors from './vectors.json' with { type: 'json' };

/** Recorded from unleash-client 6.12.1, @growthbook/growthbook 1.8.0 and @launchdarkly/node-server-sdk 9.13.7. */
const { unleash, growthbook, launchdarkly } = vectors as unknown as {
  readonly unleash: readonly { document: object; context: FlagContext; on: boolean; variant: string }[];
  readonly growthbook: readonly { document: object; context: FlagContext; value: Json }[];
  readonly launchdarkly: readonly { document: object; context: FlagContext; value: Json }[];
};

const isDisabled = ({ notes }: ImportedFlags, flag: string): boolean =>
  notes.some((note) => note.flag === flag && note.isDisabled);

/** A value of a flag of any type, or `undefined` where the fallback applies. */
const valueOf = ({ definitions }: ImportedFlags, key: string, context: FlagContext): unknown => {
  const { evaluation } = flagsOf(definitions).explain(key, context);
  expect(evaluation.errorCode).toBeUndefined();
  return evaluation.variant === undefined ? undefined : evaluation.value;
};

const text = (value: unknown): string => JSON.stringify(value);
const titled = <Row extends { document: object; context: object }>(rows: readonly Row[]): readonly [string, Row][] =>
  rows.map((row) => [`${text(row.document)} for ${text(row.context)}`, row]);

describe('features of Unleash', () => {
  it.each(titled(unleash))('%s have the same answer or are disabled', (_, { document, context, on, variant }) => {
    const imported = importFlags(document, { from: 'unleash' });
    if (isDisabled(imported, 't')) return;
    const value = valueOf(imported, 't', context);
    const hasVariants =
      text(document).includes('"variants":[{') && !text(document).includes('"dependencies":[{"feature":"p","variants"');
    if (!hasVariants) expect(value ?? false).toBe(on);
    else expect(flagsOf(imported.definitions).explain('t', context).evaluation.variant).toBe(variant);
  });

  it('only some are disabled', () => {
    const disabled = unleash.filter(({ document }) => isDisabled(importFlags(document, { from: 'unleash' }), 't'));
    expect(disabled.length).toBe(7);
  });

  it('a single gradual rollout is readable', () => {
    const parameters = { rollout: '25', stickiness: 'userId', groupId: 'new_ui' };
    const document = {
      features: [{ name: 'new_ui', enabled: true, strategies: [{ name: 'flexibleRollout', parameters }] }],
    };
    const { definitions, notes } = importFlags(document, { from: 'unleash' });
    const rollout = { percentage: 25, unit: 'userId', salt: 'new_ui', bucketing: 'unleash' };
    expect([definitions.flags['new_ui'], notes]).toEqual([{ rollout, metadata: {} }, []]);
  });
});

describe('features of GrowthBook', () => {
  it.each(titled(growthbook))('%s have the same answer or are disabled', (_, { document, context, value }) => {
    const imported = importFlags(document, { from: 'growthbook' });
    if (isDisabled(imported, 'f')) return;
    expect(valueOf(imported, 'f', context) ?? null).toEqual(value);
  });

  it('only some are disabled', () => {
    const disabled = growthbook.filter(({ document }) =>
      isDisabled(importFlags(document, { from: 'growthbook' }), 'f'),
    );
    expect(disabled.length).toBe(8);
  });
});

describe('rules of GrowthBook', () => {
  it('that hold for all decide before the default', () => {
    const rules = [{ condition: { a: 1 }, force: 'x' }, { force: 'y' }];
    const imported = importFlags({ features: { f: { defaultValue: 'd', rules } } }, { from: 'growthbook' });
    expect([valueOf(imported, 'f', { a: 1 }), valueOf(imported, 'f', {})]).toEqual(['x', 'y']);
  });

  it('that give null leave it to the code, not to the default', () => {
    const rules = [{ condition: { a: 1 }, force: null }];
    const imported = importFlags({ features: { f: { defaultValue: 'd', rules } } }, { from: 'growthbook' });
    expect([valueOf(imported, 'f', { a: 1 }), valueOf(imported, 'f', {})]).toEqual([undefined, 'd']);
  });
});

describe('flags of LaunchDarkly', () => {
  it.each(titled(launchdarkly))('%s have the same answer or are disabled', (_, { document, context, value }) => {
    const imported = importFlags(document, { from: 'launchdarkly' });
    if (isDisabled(imported, 'f')) return;
    expect(valueOf(imported, 'f', context) ?? 'DEF').toEqual(value);
  });

  it('only some are disabled', () => {
    const disabled = launchdarkly.filter(({ document }) =>
      isDisabled(importFlags(document, { from: 'launchdarkly' }), 'f'),
    );
    expect(disabled.length).toBe(11);
  });

  it('numbers in texts are no times', () => {
    const clauses = [{ attribute: 'since', op: 'before', values: ['2025-01-01T00:00:00Z'] }];
    const flag = {
      on: true,
      variations: [false, true],
      rules: [{ clauses, variation: 1 }],
      fallthrough: { variation: 0 },
    };
    const imported = importFlags({ flags: { f: flag } }, { from: 'launchdarkly' });
    const values = ['2', '2024-01-01T00:00:00Z', 2, new Date(2)].map((since) => valueOf(imported, 'f', { since }));
    expect(values).toEqual([false, true, true, true]);
  });

  it('attributes that begin with a slash are pointers, others are names as they stand', () => {
    const valueWith = (attribute: string, context: FlagContext): unknown => {
      const clauses = [{ attribute, contextKind: 'user', op: 'in', values: ['x'] }];
      const flag = {
        on: true,
        variations: [false, true],
        rules: [{ clauses, variation: 1 }],
        fallthrough: { variation: 0 },
      };
      return valueOf(importFlags({ flags: { f: flag } }, { from: 'launchdarkly' }), 'f', { key: 'u', ...context });
    };
    expect([valueWith('a~1b', { 'a~1b': 'x' }), valueWith('a~1b', { 'a/b': 'x' })]).toEqual([true, false]);
    expect([valueWith('/a~1b', { 'a/b': 'x' }), valueWith('/a/b', { a: { b: 'x' } })]).toEqual([true, true]);
  });

  it('files may have mere values', () => {
    const imported = importFlags({ flagValues: { colour: 'red', count: 3 } }, { from: 'launchdarkly' });
    expect([valueOf(imported, 'colour', {}), valueOf(imported, 'count', {})]).toEqual(['red', 3]);
  });
});

describe('flags of flagd', () => {
  it('are as they are, with what flagd puts up with', () => {
    const flag = {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'on',
      targeting: null,
      extra: 1,
    };
    const document = text({
      flags: { a: flag, b: { ...flag, targeting: { regex: ['x'] } } },
      metadata: { version: '1' },
    });
    const imported = importFlags(document, { from: 'flagd' });
    expect(valueOf(imported, 'a', {})).toBe(true);
    expect([isDisabled(imported, 'a'), isDisabled(imported, 'b')]).toEqual([false, true]);
    expect(importFlags({ flags: [{ key: 'a', ...flag }] }, { from: 'flagd' }).definitions.flags['a']).toBeDefined();
  });
});

describe('importing', () => {
  it('calls fields of the context otherwise', () => {
    const strategies = [{ name: 'userWithId', parameters: { userIds: 'u1' } }];
    const document = { features: [{ name: 'f', enabled: true, strategies }] };
    const imported = importFlags(document, { from: 'unleash', fields: { userId: 'user' } });
    expect([valueOf(imported, 'f', { user: 'u1' }), valueOf(imported, 'f', { userId: 'u1' })]).toEqual([true, false]);
  });

  it('says why a flag is disabled', () => {
    const document = {
      features: { f: { defaultValue: 1, rules: [{ condition: { a: { $regex: '^b' } }, force: 2 }] } },
    };
    const { definitions, notes } = importFlags(document, { from: 'growthbook' });
    expect(notes).toEqual([
      { flag: 'f', message: 'Expected an operator that rules here have, too, got $regex', isDisabled: true },
    ]);
    expect(flagsOf(definitions).evaluate('f', 7)).toMatchObject({ value: 7, reason: 'DISABLED' });
  });

  it('disables values of several types, and leaves out names that no flag can have', () => {
    const mixed = importFlags(
      { features: { f: { defaultValue: 1, rules: [{ force: 'x' }] } } },
      { from: 'growthbook' },
    );
    expect(isDisabled(mixed, 'f')).toBe(true);
    const named = importFlags('{"flags":{"__proto__":{"state":"ENABLED","variants":{"on":true}}}}', { from: 'flagd' });
    expect(Object.keys(named.definitions.flags)).toEqual([]);
  });

  it.each<[unknown, ImportOptions['from']]>([
    ['{', 'flagd'],
    [[], 'unleash'],
    [{}, 'unleash'],
    [{}, 'growthbook'],
    [{ encryptedFeatures: 'x' }, 'growthbook'],
    [{}, 'launchdarkly'],
  ])('%j is no document of %s', (source, from) => {
    expect(() => importFlags(source, { from })).toThrow(expect.objectContaining({ code: 'INVALID_FLAGS' }) as Error);
  });
});
