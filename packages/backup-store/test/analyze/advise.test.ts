import { describe, expect, test } from 'vitest';
import { advise, type Facts, reasonsFor } from '../../src/analyze/advise.ts';
import type { ProfileForecast } from '../../src/analyze/contract.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Facts about 1 GiB, from what each profile stores (MiB) and takes (seconds). */
function facts(
  stored: readonly [fast: number, balanced: number, maximum: number],
  seconds: readonly [fast: number, balanced: number, maximum: number],
  more: Partial<Facts> = {},
): Facts {
  const forecast = (profile: ProfileForecast['profile'], mib: number, s: number): ProfileForecast => ({
    profile,
    bytesStored: mib * MIB,
    ratio: 1024 / mib,
    processorSeconds: s,
    seconds: s,
  });
  const profiles = [
    forecast('none', 1024, 1),
    forecast('fast', stored[0], seconds[0]),
    forecast('balanced', stored[1], seconds[1]),
    forecast('maximum', stored[2], seconds[2]),
  ];
  return { bytes: GIB, profiles, kinds: [], ...more };
}

const usual = [420, 380, 350] as const;
const times = [3, 5, 50] as const;

describe('without a rate', () => {
  test.each<[string, Facts, string, RegExp]>([
    [
      'usual content is balanced',
      facts(usual, times),
      'balanced',
      /^Maximum would store only 8 % less, and fast 11 % more\.$/,
    ],
    [
      'content that nothing makes smaller is not compressed',
      facts([1024, 1020, 1015], times),
      'none',
      /Even maximum saves less than 2 %/,
    ],
    [
      'what gets much smaller in little time is worth it',
      facts([420, 380, 300], times),
      'maximum',
      /21 % less than balanced and takes 45 s longer/,
    ],
    ['not for any time', facts([420, 380, 300], [3, 5, 500]), 'balanced', /but take 495 s longer/],
    ['fast, where it is as small', facts([385, 380, 360], times), 'fast', /in 60 % of its time/],
    ['the default for nothing', facts(usual, times, { bytes: 0 }), 'balanced', /no content/],
    ['the first that fits', facts(usual, times, { freeBytes: 360 * MIB }), 'maximum', /Of 360 MiB that are free/],
    [
      'the smallest, if none does',
      facts(usual, times, { freeBytes: 100 * MIB }),
      'maximum',
      /still does not fit: 350 MiB are needed, 100 MiB are free/,
    ],
  ])('%s', (_, given, profile, reason) => {
    const advice = advise(given);
    expect(advice.profile).toBe(profile);
    expect(advice.reason).toMatch(reason);
  });
});

test('with a rate, the profile is chosen that is done first, and the smaller of those about as soon', () => {
  const at = (mibPerSecond: number): string =>
    advise(facts(usual, times, { bytesPerSecond: mibPerSecond * MIB })).profile;
  // A disk: fast is bound by itself. A network: all but maximum wait for it. A slow line: the smallest wins.
  expect([1000, 60, 7, 1].map(at)).toEqual(['none', 'balanced', 'maximum', 'maximum']);
});

test('reasons say what most of it is, and what does not get smaller', () => {
  const ratios = { none: 1, fast: 1, balanced: 1, maximum: 1 };
  const kinds = [
    { kind: 'image' as const, formats: ['png'], bytes: 0.7 * GIB, entropy: 7.98, ratios },
    { kind: 'log' as const, formats: ['log'], bytes: 0.3 * GIB, entropy: 4.5, ratios: { ...ratios, maximum: 9 } },
  ];
  const reasons = reasonsFor(facts(usual, times, { kinds, freeBytes: 5 * GIB }));
  expect(reasons).toEqual([
    '70 % of the content is image, with 7.98 bits of entropy a byte.',
    'Balanced would store 380 MiB of 1.0 GiB; what is there twice is stored once, which is not foreseen here.',
    '70 % (image) does not get smaller; the engine notices that and stores it as it is.',
    '5.0 GiB are free at the destination.',
  ]);
});
