import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AdviceContext,
  type AdviceDiff,
  BUILT_IN_STRATEGIES,
  type Deployment,
  type RankedStrategy,
  recommendStrategy,
} from '../../../src/deploy/index.ts';
import { DAY, deployed, HOUR, MINUTE, START } from '../deployments.ts';

const noDiff: AdviceDiff = {
  files: 0,
  migrations: 0,
  contractMigrations: 0,
  configKeys: [],
  ports: [],
  modelFiles: [],
};
const someDiff: AdviceDiff = { ...noDiff, files: 12 };
const context = (more: Partial<AdviceContext> = {}): AdviceContext => ({
  now: START + DAY,
  channel: 'prod',
  diff: someDiff,
  commitTypes: { feat: 1 },
  breakingCommits: 0,
  isDirty: false,
  remote: 'reachable',
  businessHours: { timeZone: 'UTC' },
  health: 'ok',
  disk: { usedPercent: 40, freeBytes: 1e12 },
  backupAgeMs: HOUR,
  history: [],
  ...more,
});
const ranked = (more: Partial<AdviceContext> = {}): readonly RankedStrategy[] =>
  recommendStrategy(context(more)).ranked;
const first = (more: Partial<AdviceContext> = {}): string => ranked(more)[0]?.strategy ?? '';
const of = (name: string, more: Partial<AdviceContext> = {}): RankedStrategy =>
  ranked(more).find(({ strategy }) => strategy === name) ?? ({} as RankedStrategy);

test.each<readonly [string, Partial<AdviceContext>, string]>([
  ['all is well', {}, 'remote-ci'],
  ['the remote can’t be reached', { remote: 'unreachable' }, 'hybrid'],
  ['there is no remote', { remote: 'none' }, 'hybrid'],
  ['the remote can’t be reached and the tree is dirty', { remote: 'unreachable', isDirty: true }, 'server-controlled'],
  ['nothing has changed', { diff: noDiff }, 'local-restart'],
  ['nothing has changed and the service is ill', { diff: noDiff, health: 'fail' }, 'local-restart'],
  ['the disk is full', { disk: { usedPercent: 95, freeBytes: 1 } }, 'remote-ci'],
  ['there are migrations', { diff: { ...someDiff, migrations: 2 } }, 'remote-ci'],
])('when %s, %#', (_, more, best) => {
  expect(first(more)).toBe(best);
});

test('reasons are sentences with points that add up to the score', () => {
  const { score, reasons, blockers } = of('remote-ci', { diff: { ...someDiff, migrations: 1 }, isDirty: true });
  expect(blockers).toEqual([]);
  expect(reasons).toEqual([
    { rule: 'dirty tree', points: -15, text: 'The checkout has changes that no commit has: they would be left out.' },
    { rule: 'migrations', points: 10, text: '1 migration would have run in tests before.' },
    { rule: 'remote', points: 5, text: 'The remote answers.' },
    { rule: 'hours', points: -5, text: 'People are at work, and migrations may hold them up.' },
  ]);
  expect(score).toBe(55);
});

test('a deploy that follows another one, or comes after long, is told', () => {
  const since = (ms: number): readonly string[] =>
    of('remote-ci', { history: [deployed(0)], now: START + 10 * MINUTE + ms }).reasons.map(({ text }) => text);
  expect(since(30 * MINUTE)).toContain(
    'The last deploy is less than an hour old: what is wrong with it may not have shown.',
  );
  expect(since(15 * DAY)).toContain('The last deploy is 15 days old: much comes at once.');
  expect(since(2 * DAY).join()).not.toContain('The last deploy');
});

test('deploys like this one that failed count, others do not', () => {
  const history = [
    deployed(1, { outcome: 'failed' }),
    deployed(2, { outcome: 'failed', strategy: 'remote-ci' }),
    deployed(3, { outcome: 'failed', migrations: 1 }),
    deployed(4, { outcome: 'failed', channel: 'dev' }),
    deployed(5, { outcome: 'undone' }),
    deployed(6),
  ];
  const said = (name: string): readonly string[] =>
    of(name, { history }).reasons.flatMap(({ rule, text }) => (rule === 'past failures' ? [text] : []));
  expect(said('hybrid')).toEqual(['1 of the last 2 such deploys by hybrid failed.']);
  expect(said('remote-ci')).toEqual(['1 of the last 1 such deploys by remote-ci failed.']);
  expect(said('server-controlled')).toEqual([]);
});

test('hours are those where people are: their time zone counts', () => {
  const isLate = (timeZone: string): boolean =>
    of('hybrid', { now: Date.parse('2026-03-03T20:00:00Z'), businessHours: { timeZone } }).reasons.some(
      ({ rule }) => rule === 'hours',
    );
  expect(isLate('UTC')).toBe(true);
  expect(isLate('America/Los_Angeles')).toBe(false);
  const night = { timeZone: 'UTC', from: 22, to: 6, days: [2] };
  const isAtNight = (now: string): boolean =>
    !of('hybrid', { now: Date.parse(now), businessHours: night }).reasons.some(({ rule }) => rule === 'hours');
  expect(['2026-03-03T23:00Z', '2026-03-04T05:00Z', '2026-03-03T05:00Z', '2026-03-04T23:00Z'].map(isAtNight)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a backup of unknown age says nothing', () => {
  expect(of('hybrid', { backupAgeMs: 'unknown' })).toEqual(of('hybrid', { backupAgeMs: 0 }));
  expect(of('hybrid', { backupAgeMs: undefined }).score).toBeLessThan(of('hybrid', { backupAgeMs: 'unknown' }).score);
});

test('one’s own strategies and rules are weighed like the others', () => {
  const blueGreen = {
    name: 'blue-green',
    base: 70,
    carriesChanges: true,
    needsRemote: false,
    buildsHere: false,
    copiesFiles: false,
    isTested: true,
    isAttended: true,
    rules: [{ name: 'spare machine', weigh: () => ({ points: 12, text: 'A spare machine is there.' }) }],
  };
  const freeze = {
    name: 'freeze',
    weigh: (_: AdviceContext, { name }: { readonly name: string }) =>
      name === 'remote-ci' ? { isBlocker: true, text: 'Nothing is merged this week.' } : undefined,
  };
  const odd = { name: 'odd', weigh: () => ({ points: Number.NaN, text: 'Odd.' }) };
  const strategies = [...BUILT_IN_STRATEGIES, blueGreen];
  const { ranked: all } = recommendStrategy(context(), { strategies, rules: [freeze, odd] });
  expect(all[0]).toMatchObject({ strategy: 'blue-green', score: 82 });
  expect(all[0]?.reasons.at(-1)).toEqual({
    rule: 'odd',
    points: 0,
    text: 'Odd. (Its points are no number, and do not count.)',
  });
  expect(all.slice(-2).map(({ strategy, blockers }) => [strategy, blockers.map(({ rule }) => rule)])).toEqual([
    ['remote-ci', ['freeze']],
    ['local-restart', ['changes']],
  ]);
});

test.each<Partial<AdviceContext>>([{ now: Number.NaN }, { businessHours: { timeZone: 'Europe/Nowhere' } }])(
  '%j is no context',
  (more) => {
    expect(() => ranked(more)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  },
);

/** Hybrid deploys fail at night; by CI they do not. */
const taught = Array.from({ length: 60 }, (_, n) => {
  const isHybrid = n % 2 === 0;
  return deployed(n * 7 + (n % 3), {
    strategy: isHybrid ? 'hybrid' : 'remote-ci',
    outcome: isHybrid && n % 4 === 0 ? 'failed' : 'succeeded',
  });
});

describe('a model of the history', () => {
  const late = { now: START + 500 * HOUR };

  test('is used when there are 50 deploys of which 10 failed and 10 did not, and its figures are told', () => {
    const advice = recommendStrategy(context({ history: taught, ...late }));
    expect(advice.model).toEqual({ runs: 60, failed: 15 });
    const said = (name: string): RankedStrategy['reasons'][number] | undefined =>
      advice.ranked.find(({ strategy }) => strategy === name)?.reasons.find(({ rule }) => rule === 'model');
    expect(said('hybrid')?.text).toMatch(
      /^By the history of this channel \(15 of 60 failed, 25 %\), \d+ % of such deploys by hybrid fail\.$/,
    );
    expect(said('hybrid')?.points).toBeLessThan(0);
    expect(said('remote-ci')?.points).toBeGreaterThan(0);
    // It was never tried.
    expect(said('server-controlled')).toBeUndefined();
  });

  test.each<readonly [string, readonly Deployment[]]>([
    ['49 deploys', taught.slice(0, 49)],
    ['9 that failed', taught.map((each, n) => (n >= 36 ? { ...each, outcome: 'succeeded' as const } : each))],
    ['deploys of another channel', taught.map((each) => ({ ...each, channel: 'dev' }))],
  ])('is not used with %s', (_, history) => {
    expect(recommendStrategy(context({ history, ...late })).model).toBeUndefined();
  });
});

describe('whatever the context', () => {
  const anyDiff = fc.record({
    files: fc.nat(50),
    migrations: fc.nat(3),
    contractMigrations: fc.nat(3),
    configKeys: fc.array(fc.string(), { maxLength: 2 }),
    ports: fc.array(fc.nat(65_535), { maxLength: 2 }),
    modelFiles: fc.array(fc.string(), { maxLength: 2 }),
  });
  const GOOD = ['succeeded', 'succeeded', 'succeeded'] as const;
  const runs = { numRuns: 40 };
  const anyRun = fc
    .record({
      hours: fc.integer({ min: -900, max: 100 }),
      strategy: fc.constantFrom('remote-ci', 'hybrid', 'local-restart', 'server-controlled', 'own'),
      outcome: fc.constantFrom<Deployment['outcome']>(...GOOD, 'failed', 'rolled-back', 'failed', 'undone', 'running'),
      kind: fc.constantFrom<Deployment['kind']>('deploy', 'deploy', 'deploy', 'deploy', 'restart', 'rollback'),
      migrations: fc.constantFrom(0, 0, 2, Number.MAX_VALUE, Number.NaN),
    })
    .map(({ hours, ...more }) => deployed(hours, more));
  const anyNumber = fc.oneof(fc.double(), fc.constantFrom(0, -1, 40, 85, 95, Infinity, Number.NaN));
  const anyContext = fc.record({
    now: fc.integer({ min: 0, max: 90 }).map((days) => START + days * DAY + 3 * HOUR),
    channel: fc.constantFrom('prod', 'dev'),
    diff: fc.option(anyDiff, { nil: undefined }),
    commitTypes: fc.dictionary(fc.constantFrom('feat', 'fix', 'docs', 'other'), fc.nat(4)),
    breakingCommits: fc.nat(2),
    isDirty: fc.boolean(),
    remote: fc.constantFrom<AdviceContext['remote']>('reachable', 'unreachable', 'none', 'unknown'),
    businessHours: fc.constantFrom({ timeZone: 'UTC' }, { timeZone: 'Asia/Kolkata', days: [6, 7], from: 22, to: 4 }),
    health: fc.constantFrom<AdviceContext['health']>('ok', 'warn', 'fail', 'unknown'),
    disk: fc.option(
      fc.record({
        usedPercent: anyNumber,
        freeBytes: anyNumber,
        neededBytes: fc.option(anyNumber, { nil: undefined }),
      }),
      { nil: undefined },
    ),
    backupAgeMs: fc.option(
      anyNumber.map((each) => each * HOUR),
      { nil: undefined },
    ),
    history: fc
      .oneof(fc.array(anyRun, { maxLength: 12 }), fc.array(anyRun, { minLength: 90, maxLength: 100, size: 'max' }))
      .map((all) => all.map((each, index) => ({ ...each, id: `${index}` }))),
  });
  const scores = (one: AdviceContext): ReadonlyMap<string, RankedStrategy> =>
    new Map(recommendStrategy(one).ranked.map((each) => [each.strategy, each]));

  test('the same context gives the same advice, in whatever order its history is; scores are numbers from 0 to 100', () => {
    let models = 0;
    fc.assert(
      fc.property(anyContext, (one) => {
        const advice = recommendStrategy(one);
        models += Number(advice.model !== undefined);
        expect(recommendStrategy({ ...one, history: one.history.toReversed() })).toEqual(advice);
        expect(recommendStrategy(structuredClone(one))).toEqual(advice);
        expect(advice.ranked.map(({ strategy }) => strategy).toSorted()).toEqual([
          'hybrid',
          'local-restart',
          'remote-ci',
          'server-controlled',
        ]);
        for (const { score, reasons } of advice.ranked) {
          expect(score >= 0 && score <= 100).toBe(true);
          expect(reasons.every(({ points, text }) => Number.isFinite(points) && text.length > 0)).toBe(true);
        }
      }),
      runs,
    );
    expect(models).toBeGreaterThan(0);
  });

  test('what is blocked never comes before what is not', () => {
    fc.assert(
      fc.property(anyContext, (one) => {
        const isFree = recommendStrategy(one).ranked.map(({ blockers }) => blockers.length === 0);
        expect(isFree.toSorted((a, b) => Number(b) - Number(a))).toEqual(isFree);
      }),
      runs,
    );
  });

  test.each<readonly [string, (one: AdviceContext, by: number) => AdviceContext]>([
    ['an older backup', (one, by) => ({ ...one, backupAgeMs: Number(one.backupAgeMs) + by * HOUR })],
    ['no backup', (one) => ({ ...one, backupAgeMs: undefined })],
  ])('%s raises no score', (_, worse) => {
    fc.assert(
      fc.property(anyContext, fc.nat(1000), (one, by) => {
        const before = scores({
          ...one,
          backupAgeMs: Number.isFinite(one.backupAgeMs) ? Number(one.backupAgeMs) : HOUR,
        });
        const after = scores(
          worse({ ...one, backupAgeMs: Number.isFinite(one.backupAgeMs) ? Number(one.backupAgeMs) : HOUR }, by),
        );
        for (const [name, { score }] of after) expect(score).toBeLessThanOrEqual(before.get(name)?.score ?? -1);
      }),
      runs,
    );
  });

  test('a fuller disk raises no score and lifts no blocker', () => {
    fc.assert(
      fc.property(anyContext, fc.nat(100), fc.nat(100), (one, a, b) => {
        const used = (usedPercent: number): ReturnType<typeof scores> =>
          scores({ ...one, disk: { usedPercent, freeBytes: 1e9 } });
        const [emptier, fuller] = [used(Math.min(a, b)), used(Math.max(a, b))];
        for (const [name, { score, blockers }] of fuller) {
          const before = emptier.get(name);
          if (blockers.length === before?.blockers.length) expect(score).toBeLessThanOrEqual(before.score);
          expect(blockers.length).toBeGreaterThanOrEqual(before?.blockers.length ?? 99);
        }
      }),
      runs,
    );
  });

  test('one more failed deploy of its kind does not raise the score of a strategy, as long as there is no model', () => {
    fc.assert(
      fc.property(anyContext, fc.constantFrom('remote-ci', 'hybrid', 'server-controlled'), (one, strategy) => {
        const few = { ...one, now: START + 100 * DAY, history: one.history.slice(0, 12), channel: 'prod' };
        const failed = deployed(101, {
          id: 'new',
          strategy,
          outcome: 'failed',
          migrations: (few.diff?.migrations ?? 0) > 0 ? 1 : 0,
        });
        // A deploy that failed is no deploy less: how long ago the last one was must be the same.
        const before = scores({ ...few, history: [...few.history, { ...failed, outcome: 'succeeded' }] });
        const after = scores({ ...few, history: [...few.history, failed] });
        expect(after.get(strategy)?.score).toBeLessThanOrEqual(before.get(strategy)?.score ?? -1);
      }),
      runs,
    );
  });
});
