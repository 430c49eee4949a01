import { describe, expect, it } from 'vitest';
import { createFlags, type FlagCounts, type FlagDefinitions } from '../../src/index.ts';
import { type FlagReference, staleFlags, type StaleOptions, type StaleReport } from '../../src/stale/index.ts';
import { NOW } from '../fixtures.ts';

const DAY = 86_400_000;
const day = (days: number): string => new Date(NOW + days * DAY).toISOString();
const half = { rollout: { percentage: 50 } };

const report = (flags: FlagDefinitions['flags'], options: Partial<StaleOptions> = {}): StaleReport =>
  staleFlags({ flags }, { nowMs: NOW, ...options });
const sentences = (...call: Parameters<typeof report>): readonly string[] =>
  report(...call).flags.flatMap(({ reasons }) => reasons.map(({ sentence }) => sentence));
const reasonsOf = (...call: Parameters<typeof report>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(report(...call).flags.map(({ key, reasons }) => [key, reasons.map(({ reason }) => reason)]));

const at = (key: string, line = 1, file = 'src/a.ts'): FlagReference => ({ key, file, line, kind: 'call' });

describe('flags that have had their time', () => {
  it('are none where all are in use', () => {
    expect(report({ f: half })).toEqual({ checked: 1, flags: [], unknown: [] });
  });

  it('are past their day, also where it is in the metadata', () => {
    const flags: FlagDefinitions['flags'] = {
      over: { ...half, expires: '2026-06-29', owner: 'web' },
      today: { ...half, expires: '2026-06-30' },
      flagd: {
        state: 'ENABLED',
        variants: { on: true },
        targeting: { var: 'x' },
        metadata: { expires: '2026-01-01', owner: 'pay' },
      },
      never: { ...half, metadata: { expires: 'never' } },
    };
    const { flags: found } = report(flags);
    expect(found.map(({ key, owner }) => [key, owner])).toEqual([
      ['over', 'web'],
      ['flagd', 'pay'],
    ]);
    expect(found[0]?.reasons).toEqual([
      {
        reason: 'expired',
        expires: '2026-06-29',
        days: 1,
        sentence: 'over should have been gone by 2026-06-29, 1 day ago.',
      },
    ]);
    expect(sentences({ flagd: flags['flagd'] as object })).toEqual([
      'flagd should have been gone by 2026-01-01, 180 days ago.',
    ]);
  });

  it.each<[FlagDefinitions['flags'][string], string, string]>([
    [{}, 'fullyRolledOut', 'f is true for everybody: it has no conditions.'],
    [{ rollout: { percentage: 100 } }, 'fullyRolledOut', 'f is true for everybody: its rollout is at 100 %.'],
    [{ rollout: { percentage: 0 } }, 'alwaysOff', 'f is false for everybody: its rollout is at 0 %.'],
    [
      { schedule: { ramp: [{ at: day(-3), percentage: 100 }] } },
      'fullyRolledOut',
      'f is true for everybody since 2026-06-27: its ramp is at 100 %.',
    ],
    [{ killSwitch: true }, 'alwaysOff', 'f is false for everybody: its kill switch is on.'],
    [{ requires: ['off'] }, 'alwaysOff', 'f is false for everybody: it requires off, which is off.'],
    [{ variants: { a: 'A' }, default: 'a' }, 'fullyRolledOut', 'f is "A" for everybody: it has no conditions.'],
    [
      { variants: { a: 'A', b: 'B' }, default: 'a', rollout: { unit: 'user', ranges: { b: [0, 100] } } },
      'fullyRolledOut',
      'f is "B" for everybody with a user: its rollout is complete.',
    ],
    [
      { variants: { a: 'A', b: 'B' }, default: 'a', rollout: { ranges: { b: [0, 0] } } },
      'alwaysOff',
      'f is "A" for everybody: its rollout is complete.',
    ],
    [
      { state: 'DISABLED', variants: { on: true } },
      'alwaysOff',
      'f is the fallback of the code for everybody: it is disabled.',
    ],
    [
      { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' },
      'alwaysOff',
      'f is false for everybody: it has no conditions.',
    ],
  ])('are the same for everybody: %j', (flag, reason, sentence) => {
    const [found] = report({ f: flag, off: { enabled: false } }).flags;
    expect(found?.reasons).toEqual([expect.objectContaining({ reason, sentence })]);
  });

  it('have been so for long enough, as they or their history say', () => {
    const full = { rollout: { percentage: 100 } };
    const flags = { f: full, ramp: { schedule: { ramp: [{ at: day(-9), percentage: 100 }] } } };
    const history = [
      { atMs: NOW - 90 * DAY, definitions: { flags: { f: full } } },
      { atMs: NOW - 60 * DAY, definitions: { flags: { f: half, ramp: half } } },
      { atMs: NOW - 40 * DAY, definitions: { flags: { f: full, ramp: half } } },
      { atMs: NOW - 20 * DAY, definitions: { flags } },
    ];
    const sinceOf = (options: Partial<StaleOptions>) =>
      report(flags, options).flags.map(({ key, reasons: [first] }) => [
        key,
        first?.reason === 'fullyRolledOut' && first.sinceMs !== undefined ? (NOW - first.sinceMs) / DAY : undefined,
      ]);
    expect(sinceOf({})).toEqual([
      ['f', undefined],
      ['ramp', 9],
    ]);
    expect(sinceOf({ history })).toEqual([
      ['f', 40],
      ['ramp', 9],
    ]);
    expect(sinceOf({ history, fullyRolledOutForMs: 30 * DAY })).toEqual([['f', 40]]);
    // How long is not known without its history.
    expect(sinceOf({ fullyRolledOutForMs: 5 * DAY })).toEqual([['ramp', 9]]);
  });

  it('were never asked for, or not for long', () => {
    let now = NOW - 50 * DAY;
    const flags = { asked: half, once: half, never: half, through: half, needs: { ...half, requires: ['through'] } };
    const live = createFlags({ definition: { flags }, counts: true, clock: () => now });
    live.isEnabled('once');
    now = NOW - DAY;
    live.isEnabled('asked');
    live.isEnabled('needs');
    const counts = live.counts() as FlagCounts;
    expect(reasonsOf(flags, { counts })).toEqual({ never: ['neverEvaluated'] });
    expect(reasonsOf(flags, { counts, unusedForMs: 30 * DAY })).toEqual({
      once: ['unused'],
      never: ['neverEvaluated'],
    });
    // Counting began 50 days ago: nothing can be said of 60.
    expect(reasonsOf(flags, { counts, unusedForMs: 60 * DAY })).toEqual({});
    expect(sentences(flags, { counts, unusedForMs: 30 * DAY })).toEqual([
      'once was last evaluated on 2026-05-11, 50 days ago.',
      'never was never evaluated since 2026-05-11, when counting began 50 days ago.',
    ]);
  });

  it('are neither in the code nor required by another flag', () => {
    const flags = { a: half, b: half, c: { ...half, requires: ['b'] } };
    expect(reasonsOf(flags)).toEqual({});
    expect(reasonsOf(flags, { references: [at('c')] })).toEqual({ a: ['unreferenced'] });
    expect(reasonsOf(flags, { references: [] })).toEqual({ a: ['unreferenced'], c: ['unreferenced'] });
  });

  it('have all their reasons', () => {
    const counts: FlagCounts = { sinceMs: NOW - DAY, untilMs: NOW, flags: {} };
    expect(reasonsOf({ f: { expires: '2020-01-01' } }, { counts, references: [] })).toEqual({
      f: ['expired', 'fullyRolledOut', 'neverEvaluated', 'unreferenced'],
    });
  });
});

describe('names that no flag has', () => {
  it('come with their places and the flag that was probably meant', () => {
    const references = [at('new_iu', 3), at('new_ui'), at('something_else'), at('new_iu', 9, 'src/b.ts')];
    const { unknown } = report({ new_ui: half, new_api: half }, { references });
    expect(unknown.map(({ key, nearest, references: places }) => [key, nearest, places.length])).toEqual([
      ['new_iu', 'new_ui', 2],
      ['something_else', undefined, 1],
    ]);
    expect(unknown.map(({ sentence }) => sentence)).toEqual([
      'new_iu is no flag, but src/a.ts:3 and 1 more ask for it; perhaps new_ui is meant.',
      'something_else is no flag, but src/a.ts:1 asks for it.',
    ]);
  });

  it.each([
    ['newUi', 'new_ui'],
    ['NEW_UI', 'new_ui'],
    ['new-ui', 'new_ui'],
    ['new_uis', 'new_ui'],
    ['payment_v2', 'payments_v2'],
    ['zzz', undefined],
    ['ui', undefined],
  ])('%s is probably %s', (key, nearest) => {
    const flags = { new_ui: half, payments_v2: half, payments_v3: half };
    expect(report(flags, { references: [at(key)] }).unknown).toEqual([expect.objectContaining({ nearest })]);
  });
});
