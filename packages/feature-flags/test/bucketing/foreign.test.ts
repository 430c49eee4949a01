import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucketing, createFlags, type FlagDefinitions, type ShortFlag, toFlagd } from '../../src/index.ts';
import { bucketerOf } from '../../src/bucketing/bucketing.ts';
import { growthbookBucket } from '../../src/bucketing/growthbook.ts';
import { launchdarklyBucket } from '../../src/bucketing/launchdarkly.ts';
import { sha1Start } from '../../src/bucketing/sha1.ts';
import { unleashBucket, unleashVariantBucket } from '../../src/bucketing/unleash.ts';
import { flagsOf, only } from '../fixtures.ts';
import recorded from './foreign.json' with { type: 'json' };

/** Recorded from unleash-client 6.12.1, @growthbook/growthbook 1.8.0, and the formula of LaunchDarkly's SDKs. */
const { unleash, growthbook, launchdarkly } = recorded as unknown as {
  readonly unleash: readonly (readonly [string, string, number, number, number])[];
  readonly growthbook: readonly (readonly [string, string, number, number])[];
  readonly launchdarkly: readonly (readonly [string, string, number])[];
};

const users = Array.from({ length: 3000 }, (_, index) => `u${index}`);

describe('buckets of other systems', () => {
  it.each(unleash)('Unleash has %j %j in %d, in %d of 1000 and in %d of 3', (group, unit, bucket, of1000, of3) => {
    expect(unleashBucket(group, unit)).toBe(bucket);
    expect([unleashVariantBucket(group, unit, 1000), unleashVariantBucket(group, unit, 3)]).toEqual([of1000, of3]);
  });

  it('Unleash’s own specification has these', () => {
    expect([unleashBucket('gr1', '123'), unleashBucket('groupX', '999')]).toEqual([73, 25]);
    expect([unleashVariantBucket('gr1', '123', 100), unleashVariantBucket('groupX', '999', 100)]).toEqual([96, 60]);
  });

  it.each(growthbook)('GrowthBook has %j %j in %d and in version 2 in %d', (seed, unit, first, second) => {
    expect([growthbookBucket(seed, unit, 1), growthbookBucket(seed, unit, 2)]).toEqual([first, second]);
  });

  it.each(launchdarkly)('LaunchDarkly has %j %j in %d', (salt, unit, bucket) => {
    expect(launchdarklyBucket(salt, unit)).toBe(bucket);
  });

  it('SHA-1 is that of Node, whatever the length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const digest = createHash('sha1').update(text).digest();
        expect(sha1Start(text)).toEqual([digest.readUInt32BE(0), digest.readUInt32BE(4)]);
      }),
    );
  });

  it('a bucket is a whole number from 0 to 999,999, and LaunchDarkly’s weights divide it where they divide its own', () => {
    const any = fc.constantFrom<Bucketing>('holdfast', 'flagd', 'unleash', 'growthbook', 'launchdarkly');
    fc.assert(
      fc.property(any, fc.boolean(), fc.string(), fc.string({ unit: 'binary' }), (bucketing, isRanges, salt, unit) => {
        const bucket = bucketerOf({ bucketing, salt, isRanges }).bucketOf(unit);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < 1_000_000).toBe(true);
      }),
    );
    const { bucketOf } = bucketerOf({ bucketing: 'launchdarkly', salt: 'f.salt', isRanges: false });
    fc.assert(
      fc.property(fc.string(), fc.nat(100_000), (unit, weight) => {
        expect(bucketOf(unit) < weight * 10).toBe(launchdarklyBucket('f.salt', unit) < weight / 100_000);
      }),
    );
  });
});

const isIn = (rollout: ShortFlag['rollout'], user: string): boolean =>
  flagsOf(only({ rollout: { unit: 'user', salt: 's', ...rollout } })).isEnabled('f', { user });

describe('a rollout with the buckets of another system', () => {
  it.each<[ShortFlag['rollout'], (user: string) => boolean]>([
    [{ bucketing: 'unleash', percentage: 30 }, (user) => unleashBucket('s', user) <= 30],
    [{ bucketing: 'unleash', percentage: 30.5 }, (user) => unleashBucket('s', user) <= 30.5],
    [{ bucketing: 'unleash', percentage: 1 }, (user) => unleashBucket('s', user) <= 1],
    [{ bucketing: 'unleash', ranges: { on: [0, 20.5] } }, (user) => unleashVariantBucket('s', user, 1000) <= 205],
    [{ bucketing: 'growthbook', percentage: 50 }, (user) => growthbookBucket('s', user, 1) <= 0.5],
    [{ bucketing: 'growthbook', percentage: 7 }, (user) => growthbookBucket('s', user, 1) <= 0.07],
    [{ bucketing: 'growthbook', percentage: 7, hashVersion: 2 }, (user) => growthbookBucket('s', user, 2) <= 0.07],
    [
      { bucketing: 'growthbook', ranges: { on: [10, 35] } },
      (user) => within(growthbookBucket('s', user, 1), 0.1, 0.35),
    ],
    [{ bucketing: 'launchdarkly', percentage: 12.345 }, (user) => launchdarklyBucket('s', user) < 0.12345],
    [
      { bucketing: 'launchdarkly', ranges: { on: [10, 35] } },
      (user) => within(launchdarklyBucket('s', user), 0.1, 0.35),
    ],
  ])('%o has in who is in there', (rollout, expected) => {
    const flags = flagsOf(only({ rollout: { unit: 'user', salt: 's', ...rollout } }));
    const inside = users.filter((user) => flags.isEnabled('f', { user }));
    expect(inside).toEqual(users.filter(expected));
    expect(inside.length).toBeGreaterThan(0);
  });

  it('holdfast and flagd are the same', () => {
    const [ours, flagd] = [{ percentage: 30 }, { percentage: 30, bucketing: 'flagd' }] as const;
    for (const user of users.slice(0, 300)) expect(isIn(flagd, user)).toBe(isIn(ours, user));
  });

  it('the bucketing of all flags holds for rollouts and ramps that don’t name one', () => {
    const ramp = [{ at: '2020-01-01T00:00:00Z', percentage: 40 }];
    const flags = createFlags({
      definition: {
        bucketing: 'unleash',
        flags: {
          theirs: { rollout: { percentage: 40, unit: 'user' } },
          ours: { rollout: { percentage: 40, unit: 'user', bucketing: 'holdfast' } },
          ramped: { schedule: { ramp } },
        },
      },
    });
    const plain = flagsOf({ flags: { ours: { rollout: { percentage: 40, unit: 'user' } } } });
    for (const user of users.slice(0, 300)) {
      expect(flags.isEnabled('theirs', { user })).toBe(unleashBucket('theirs', user) <= 40);
      expect(flags.isEnabled('ramped', { targetingKey: user })).toBe(unleashBucket('ramped', user) <= 40);
      expect(flags.isEnabled('ours', { user })).toBe(plain.isEnabled('ours', { user }));
    }
  });

  it('explains itself with the threshold that counts', () => {
    const user = users.find((each) => growthbookBucket('s', each, 1) === 0.5) ?? '';
    const flags = flagsOf(only({ rollout: { percentage: 50, unit: 'user', salt: 's', bucketing: 'growthbook' } }));
    expect(flags.explain('f', { user }).sentence).toBe(
      `f is true: user ${user} is in bucket 500000, and those below 500001 (50 %) are in.`,
    );
  });

  it('names of other systems and versions are refused', () => {
    const refused = (flag: unknown, rest: object = {}): unknown =>
      createFlagsError({ ...rest, flags: { f: flag } } as never);
    expect(refused({ rollout: { percentage: 1, bucketing: 'optimizely' } })).toBe('/flags/f/rollout/bucketing');
    expect(refused({ rollout: { percentage: 1, hashVersion: 3 } })).toBe('/flags/f/rollout/hashVersion');
    expect(refused({}, { bucketing: 'none' })).toBe('/bucketing');
  });
});

describe('flags for flagd', () => {
  it.each<[string, Parameters<typeof toFlagd>[0], string]>([
    ['a percentage', only({ rollout: { percentage: 3, bucketing: 'unleash' } }), '/flags/f/rollout/bucketing'],
    [
      'that of all flags',
      only({ rollout: { percentage: 3 } }, { bucketing: 'growthbook' }),
      '/flags/f/rollout/bucketing',
    ],
    [
      'rules with its buckets',
      {
        flags: {
          f: { state: 'ENABLED', variants: { on: true }, targeting: { if: [{ bucket: ['unleash', 's', 'u'] }] } },
        },
      },
      '/flags/f/targeting/if/0/bucket',
    ],
    ['a segment', { flags: {}, segments: { s: { rule: { lower: { var: 'x' } } } } }, '/segments/s/rule/lower'],
    ['an evaluator', { flags: {}, $evaluators: { e: { time: [] } } }, '/$evaluators/e/time'],
  ])('refuse buckets of other systems: %s', (_, definitions, path) => {
    expect(() => toFlagd(definitions)).toThrow(
      expect.objectContaining({ code: 'INVALID_FLAGS', problems: [expect.objectContaining({ path })] }) as Error,
    );
  });

  it('need no buckets for nobody and everybody', () => {
    const { flags, bucketing } = toFlagd(only({ rollout: { percentage: 100 } }, { bucketing: 'unleash' }));
    expect([flags['f'], bucketing]).toMatchObject([{ defaultVariant: 'on' }, undefined]);
  });
});

function within(value: number, from: number, to: number): boolean {
  return value >= from && value < to;
}

function createFlagsError(definition: FlagDefinitions): string | undefined {
  try {
    createFlags({ definition, strict: true });
    return undefined;
  } catch (error) {
    return (error as { problems: { path: string }[] }).problems[0]?.path;
  }
}
