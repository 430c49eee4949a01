import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { type BumpLevel, type BumpOptions, levelOfType, planBump } from '../../src/index.ts';

const of = (...levels: BumpLevel[]): BumpOptions => ({
  causes: levels.map((level) => ({ level, reason: `a ${level}` })),
});

const STEPS: readonly (readonly [string, BumpOptions, string])[] = [
  ['1.2.3', of('patch'), '1.2.4'],
  ['1.2.3', of('patch', 'minor', 'none'), '1.3.0'],
  ['1.2.3', of('major', 'minor'), '2.0.0'],
  ['1.2.3', of('none'), '1.2.3'],
  ['1.2.3', of(), '1.2.3'],
  ['0.2.3', of('major'), '0.3.0'],
  ['0.2.3', of('minor'), '0.2.4'],
  ['0.2.3', { ...of('major'), preMajor: 'major' }, '1.0.0'],
  ['1.2.3', { ...of('minor'), channel: 'beta' }, '1.3.0-beta.1'],
  ['1.3.0-beta.1', { ...of('patch'), channel: 'beta' }, '1.3.0-beta.2'],
  ['1.3.0-beta.9', { ...of('minor'), channel: 'beta' }, '1.3.0-beta.10'],
  ['1.3.0-beta.2', { ...of('major'), channel: 'beta' }, '2.0.0-beta.1'],
  ['1.3.0-alpha.4', { ...of('patch'), channel: 'beta' }, '1.3.0-beta.1'],
  ['1.3.0-beta.2', of('patch'), '1.3.0'],
  ['1.3.0-beta.2', of(), '1.3.0'],
  ['1.3.0-beta.2', { ...of(), channel: 'beta' }, '1.3.0-beta.2'],
  ['1.2.4-beta.1', { ...of('minor'), channel: 'beta' }, '1.3.0-beta.1'],
  ['2.0.0-rc.1', of('major'), '2.0.0'],
  ['1.2.3', { ...of('patch'), build: 'sha.3f2a91b' }, '1.2.4+sha.3f2a91b'],
  ['1.2.3+old', of('patch'), '1.2.4'],
];

test.each(STEPS)('%s with %j becomes %s', (from, options, to) => {
  expect(planBump(from, options).to).toBe(to);
});

test('the reason names the greatest cause, how many there are, and the rule before 1.0.0', () => {
  const causes = ['drop Node 20', 'remove login'].map((reason) => ({ level: 'major' as const, reason }));
  expect(planBump('1.0.0', { causes }).reason).toBe('2.0.0: major, because of "drop Node 20" and 1 more.');
  expect(planBump('0.1.0', { causes }).reason).toContain('before 1.0.0 a major change counts as minor');
  expect(planBump('1.0.0', of()).reason).toBe('Nothing that is released has changed.');
});

test.each(['v1.2.3', '1.2', '01.2.3', '1.2.3 ', '', '1.2.3-01', '1.2.3-'])('%j is no version', (text) => {
  expect(() => planBump(text, of('patch'))).toThrow(expect.objectContaining({ code: 'INVALID_VERSION' }));
});

test.each([
  { channel: '1' },
  { channel: 'be ta' },
  { channel: 'a.b' },
  { build: '' },
  { build: 'a+b' },
  { build: '..' },
])('%j is refused', (part) => {
  expect(() => planBump('1.2.3', { ...of('patch'), ...part })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

test.each([
  ['1.3.0-beta.2', 'alpha'],
  ['1.3.0-beta.x', 'beta'],
])('after %s a pre-release of %s would go back, which is refused', (from, channel) => {
  expect(() => planBump(from, { ...of('patch'), channel })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(`after ${from}`) as string }),
  );
  expect(planBump(from, { ...of('major'), channel }).to).toBe(`2.0.0-${channel}.1`);
});

describe('for any version and any causes', () => {
  const number = fc.nat(20);
  const version = fc
    .tuple(number, number, number, fc.option(fc.tuple(fc.constantFrom('alpha', 'beta'), number)))
    .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre === null ? '' : `-${pre[0]}.${pre[1]}`}`);
  const level = fc.constantFrom<BumpLevel>('patch', 'minor', 'major');
  const options = fc.record({
    causes: fc.array(
      level.map((each) => ({ level: each, reason: each })),
      { minLength: 1 },
    ),
    preMajor: fc.constantFrom('minor', 'major'),
  });

  test('the next version for everybody is later, and SemVer', () => {
    fc.assert(
      fc.property(version, options, (from, rest) => {
        const { to } = planBump(from, rest);
        expect(semver.valid(to)).toBe(to);
        expect(semver.gt(to, from)).toBe(true);
      }),
    );
  });

  test('a pre-release is before the version that it is for, and after all before', () => {
    fc.assert(
      fc.property(version, options, (from, rest) => {
        const { to } = planBump(from, { ...rest, channel: 'rc' });
        expect(semver.gt(to, from)).toBe(true);
        expect(semver.lt(to, planBump(to, { causes: [] }).to)).toBe(true);
      }),
    );
  });
});

test('types of change are known in English and Portuguese, whatever their case and accents, and as a table says', () => {
  expect(
    ['Breaking', 'feature', 'fix', 'performance', 'melhoria', 'CORRECAO', 'docs'].map((type) => levelOfType(type)),
  ).toEqual(['major', 'minor', 'patch', 'patch', 'minor', 'patch', 'none']);
  expect(levelOfType('fix', { fix: 'minor' })).toBe('minor');
  expect(() => levelOfType('toString')).toThrow(expect.objectContaining({ code: 'UNKNOWN_CHANGE_TYPE' }));
});
