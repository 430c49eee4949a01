import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import type { BumpCause } from '../../src/index.ts';
import { channelOf, nextVersion, type VersionQuestion } from '../../src/release/next-version.ts';
import { isVersion } from '../../src/version/parse-version.ts';

const because = (level: BumpCause['level']): readonly BumpCause[] => [{ level, reason: `a ${level}` }];
const after = (latest: string | undefined, more: Partial<VersionQuestion> = {}): VersionQuestion => ({
  latest,
  causes: because('minor'),
  ...more,
});
const failure = (code: string, message: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) as string });

test.each<readonly [VersionQuestion, string, string]>([
  [after('1.2.3'), '1.3.0', 'minor, because of "a minor".'],
  [after('1.2.3', { bump: 'major' }), '2.0.0', 'major, because of "asked for: major".'],
  [after('1.2.3', { bump: 'patch' }), '1.2.4', 'patch, because of "asked for: patch".'],
  [after('1.2.3', { bump: 'Melhoria' }), '1.3.0', 'minor, because of "asked for: Melhoria".'],
  [after('1.2.3', { bump: 'tweak', types: { tweak: 'patch' } }), '1.2.4', 'patch, because of "asked for: tweak".'],
  [after('1.2.3', { channel: 'beta' }), '1.3.0-beta.1', 'minor, because of "a minor".'],
  [after('1.3.0-beta.1', { channel: 'beta' }), '1.3.0-beta.2', 'minor, because of "a minor".'],
  [after('1.3.0-beta.2', { causes: [] }), '1.3.0', 'the pre-release becomes the version that it was for.'],
  [after('1.2.3', { build: 'ci.7' }), '1.3.0+ci.7', 'minor, because of "a minor".'],
  [after('0.2.3', { causes: because('major') }), '0.3.0', '(before 1.0.0 a major change counts as minor).'],
  [after('0.2.3', { causes: because('major'), preMajor: 'major' }), '1.0.0', 'major, because of "a major".'],
  [after('1.2.3', { version: '1.10.0' }), '1.10.0', 'asked for.'],
  [after('1.2.3', { version: '1.3.0-rc.1' }), '1.3.0-rc.1', 'asked for.'],
  [after('1.2.3', { version: '1.3.0-rc.1', channel: 'rc' }), '1.3.0-rc.1', 'asked for.'],
  // A version for everybody, in a channel of some.
  [after('1.2.3', { version: '1.3.0', channel: 'nightly' }), '1.3.0', 'asked for.'],
  [after('1.2.3', { version: '1.3.0', build: 'ci.7' }), '1.3.0+ci.7', 'asked for.'],
  [after('1.2.3', { version: '1.3.0+ci.7', build: 'ci.7' }), '1.3.0+ci.7', 'asked for.'],
])('after %j comes %s', (question, version, reason) => {
  expect(nextVersion(question)).toEqual({ version, reason: expect.stringContaining(reason) as string });
});

test.each<readonly [string | undefined, Partial<VersionQuestion>, string]>([
  [undefined, {}, '0.1.0'],
  ['0.0.0', {}, '0.1.0'],
  ['1.0', {}, '0.1.0'],
  ['1.0.0', {}, '1.0.0'],
  ['1.0.0', { causes: [] }, '1.0.0'],
  ['1.0.0', { channel: 'beta' }, '1.0.0-beta.1'],
  ['1.0.0-beta.3', {}, '1.0.0-beta.3'],
  ['1.0.0-beta.3', { channel: 'beta' }, '1.0.0-beta.3'],
  ['1.0.0-beta.3', { channel: 'rc' }, '1.0.0-rc.1'],
  ['1.0.0+a-b', { channel: 'beta' }, '1.0.0-beta.1'],
  ['1.0.0+old', { build: 'ci.7' }, '1.0.0+ci.7'],
  [undefined, { channel: 'beta', build: 'ci.7' }, '0.1.0-beta.1+ci.7'],
  ['2.0.0', { version: '1.0.0' }, '1.0.0'],
])('the first release of a workspace that says %s, with %j, is %s', (written, more, version) => {
  expect(nextVersion(after(undefined, { written, ...more })).version).toBe(version);
});

describe('what can be no release is refused', () => {
  test.each<readonly [VersionQuestion, string, string]>([
    [after('1.2.3', { causes: [] }), 'NOTHING_TO_RELEASE', 'something to release after 1.2.3, got nothing'],
    [after('1.2.3', { causes: because('none') }), 'NOTHING_TO_RELEASE', 'after 1.2.3'],
    [after('1.2.3', { causes: [], channel: 'beta' }), 'NOTHING_TO_RELEASE', 'after 1.2.3'],
    [after('1.2.3', { causes: [], build: 'ci.7' }), 'NOTHING_TO_RELEASE', 'after 1.2.3'],
    [after('1.2.3', { bump: 'docs' }), 'NOTHING_TO_RELEASE', 'after 1.2.3'],
    [after('1.2.3', { bump: 'huge' }), 'UNKNOWN_CHANGE_TYPE', '"huge"'],
    [after(undefined, { bump: 'huge' }), 'UNKNOWN_CHANGE_TYPE', '"huge"'],
    [after('1.2.3', { version: 'v1.3.0' }), 'INVALID_VERSION', '"v1.3.0"'],
    [after('1.2.3', { version: '1.2.3' }), 'INVALID_VERSION', 'a version after 1.2.3, got 1.2.3'],
    [after('1.2.3', { version: '1.2.3-rc.1' }), 'INVALID_VERSION', 'a version after 1.2.3'],
    // Build metadata counts for no order (SemVer 2.0.0, item 10).
    [after('1.2.3', { version: '1.2.3+new' }), 'INVALID_VERSION', 'a version after 1.2.3'],
    [after('1.2.3', { version: '1.3.0-rc.1', channel: 'beta' }), 'INVALID_OPTION', 'of the channel "beta"'],
    [after('1.2.3', { version: '1.3.0', channel: 'for some' }), 'INVALID_OPTION', '"for some"'],
    [after(undefined, { channel: 'for some' }), 'INVALID_OPTION', '"for some"'],
    [after('1.2.3', { version: '1.3.0', build: 'a b' }), 'INVALID_OPTION', '"a b"'],
    [after(undefined, { build: 'a+b' }), 'INVALID_OPTION', '"a+b"'],
    [after('1.2.3', { version: '1.3.0+a', build: 'b' }), 'INVALID_OPTION', 'metadata b, got 1.3.0+a'],
    [after('1.3.0-beta.1', { channel: 'alpha' }), 'INVALID_OPTION', 'after 1.3.0-beta.1'],
  ])('%j: %s', (question, code, message) => {
    expect(() => nextVersion(question)).toThrow(failure(code, message));
  });
});

test.each([
  ['1.2.3', 'stable'],
  ['1.2.3+a-b', 'stable'],
  ['1.2.3-beta.1', 'beta'],
  ['1.2.3-rc', 'rc'],
  ['1.2.3-0', 'pre'],
  ['1.2.3-0.beta', 'pre'],
  // Nobody gets it who asked for what is stable.
  ['1.2.3-stable.1', 'pre'],
])('%s is of the channel %s', (version, channel) => {
  expect(channelOf(version)).toBe(channel);
});

describe('whatever is asked', () => {
  const core = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((numbers) => numbers.join('.'));
  const pre = fc.option(fc.constantFrom('beta.1', 'beta.9', 'rc', '7'), { nil: undefined });
  const anyVersion = fc
    .tuple(core, pre)
    .map(([numbers, name]) => (name === undefined ? numbers : `${numbers}-${name}`));
  const undefinedOr = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
  const anyQuestion: fc.Arbitrary<VersionQuestion> = fc.record({
    latest: undefinedOr(anyVersion),
    causes: fc.array(
      fc.constantFrom<BumpCause['level']>('major', 'minor', 'patch', 'none').map((level) => ({ level, reason: level })),
      { maxLength: 3 },
    ),
    version: undefinedOr(anyVersion),
    bump: undefinedOr(fc.constantFrom('major', 'fix', 'docs')),
    channel: undefinedOr(fc.constantFrom('beta', 'rc', 'zeta')),
    build: undefinedOr(fc.constantFrom('ci.7', 'g3f2a91b')),
    preMajor: undefinedOr(fc.constantFrom<'minor' | 'major'>('minor', 'major')),
    written: undefinedOr(anyVersion),
  });

  test('the answer is a later version of the channel with the build metadata, and its reason names it, or there is none', () => {
    let answers = 0;
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const { latest, version: wanted, channel, build } = question;
        let answer: ReturnType<typeof nextVersion>;
        try {
          answer = nextVersion(question);
        } catch (error) {
          expect(['NOTHING_TO_RELEASE', 'INVALID_VERSION', 'INVALID_OPTION']).toContain(
            (error as { code: string }).code,
          );
          return;
        }
        answers++;
        const { version, reason } = answer;
        expect(isVersion(version)).toBe(true);
        expect(reason.startsWith(`${version}: `)).toBe(true);
        if (latest !== undefined) expect(semver.gt(version, latest)).toBe(true);
        if (build !== undefined) expect(version.endsWith(`+${build}`)).toBe(true);
        if (wanted !== undefined) expect(version.split('+')[0]).toBe(wanted);
        else if (channel !== undefined) expect(channelOf(version)).toBe(channel);
        // Whoever asks for the same version by its name gets it.
        expect(nextVersion({ latest, causes: [], version }).version).toBe(version);
      }),
      { numRuns: 1000 },
    );
    expect(answers).toBeGreaterThan(200);
  });
});
