import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OperationEvent } from '../../src/index.ts';
import { type BackupCounts, reportData, reportPeriod, type ReportInput, reportSchema } from '../../src/report/index.ts';
import { anyReport } from '../fixtures/any-report.ts';
import { quarter } from '../fixtures/quarter.ts';

const HOUR = 3_600_000;
const TIMING = { at: ['02:00', '14:00'] } as const;
const period = reportPeriod({ kind: 'daily', date: '2026-03-03' });
const at = (time: string, date = '03'): string => `2026-03-${date}T${time}:00.000Z`;

function backup(
  name: 'created' | 'failed',
  time: string,
  more: Partial<OperationEvent['details']> = {},
): OperationEvent {
  const isGood = name === 'created';
  return {
    at: time,
    name: `backup.${name}`,
    level: isGood ? 'info' : 'error',
    tenant: 'Hotel B',
    details: {
      ...(isGood ? { snapshot: time, status: 'ok', bytes: 10, bytesStored: 1 } : { code: 'NO_SPACE' }),
      ...more,
    },
  };
}

function day(list: readonly OperationEvent[], more: Partial<ReportInput> = {}): ReturnType<typeof reportData> {
  return reportData({
    period,
    nowMs: period.toMs + 12 * HOUR,
    events: { sinceMs: 0, list },
    expected: [{ tenant: 'Hotel B', timing: TIMING }],
    ...more,
  });
}

const before = backup('created', at('02:10', '01'));
const outcomes = (report: ReturnType<typeof reportData>): Partial<BackupCounts> => {
  const { due = 0, made = 0, failed = 0, missed = 0, unknown = 0, extra = 0 } = report.backups?.total ?? {};
  return { due, made, failed, missed, unknown, extra };
};

test('a quarter with a full disk, a night without a machine and two losses is told as it was', () => {
  const report = reportData(quarter());
  expect(report.summary.map(({ text }) => text)).toEqual([
    '259 of 270 backups were made.',
    '9 failed, 1 did not happen and 1 lacks something.',
    'Hotel A and Żółw & <b>Sons</b> had no backup on 10 to 12 February.',
    'Hotel B had no backup on 10 to 12 February and 3 March.',
    'Data was restored 2 times (Hotel A and Hotel B), each time with success.',
    '12 of 13 restores that were tried passed, the slowest in 27 min.',
    '3 releases were deployed or tried; 1 went back.',
    'Unhealthy were disk /backups for 2 days 14 h and http https://booking.example/health for 1 h 41 min.',
    '2 other errors were told of: database.lost.',
    'The store grew by 41.4 GB, to 121 GB.',
  ]);
  expect(report.problems.map(({ code }) => code)).toEqual([
    'backups-missed',
    'backups-failed',
    'drills-failed',
    'release-failed',
    'unhealthy',
    'unhealthy',
    'rpo-missed',
    'backups-partial',
    'no-drills',
    'not-watched',
    'errors',
  ]);
  expect(report.problems[1]?.todo).toContain('Make room');
  const told = report.story.map(({ text }) => text).join('\n');
  expect(told).toContain('the data folder of PostgreSQL was deleted by hand');
  expect(told).toContain('two disks of the array failed');
  expect(report.backups?.days.find(({ date }) => date === '2026-03-29')?.hours).toBe(23);
  // The restore that was needed took longer than those that were tried.
  expect(
    report.objectives
      .filter(({ kind }) => kind === 'rto')
      .map(({ reachedMs, met }) => [(reachedMs ?? 0) / 60_000, met]),
  ).toEqual([
    [27, true],
    [41, true],
    [0, null],
  ]);
  expect(report.backups?.tenants.map(({ longestGapMs }) => (longestGapMs ?? 0) / HOUR)).toEqual([96, 96, 120]);
});

test.each<readonly [string, readonly OperationEvent[], Partial<BackupCounts>, string]>([
  [
    'all that were due are made',
    [backup('created', at('02:10')), backup('created', at('14:10'))],
    { due: 2, made: 2 },
    'All 2 backups were made.',
  ],
  [
    'one that failed and was made before the next was due is made',
    [backup('failed', at('02:10')), backup('created', at('05:00')), backup('created', at('14:10'))],
    { due: 2, made: 2 },
    'All 2 backups were made.',
  ],
  [
    'one that nobody began is missed, and a day with another one had a backup',
    [before, backup('created', at('14:10'))],
    { due: 2, made: 1, missed: 1 },
    '1 of 2 backups were made. 1 did not happen.',
  ],
  [
    'a day without any has none',
    [before, backup('failed', at('02:10'))],
    { due: 2, failed: 1, missed: 1 },
    '0 of 2 backups were made. 1 failed and 1 did not happen. Hotel B had no backup on 3 March.',
  ],
  [
    'what is made besides counts by itself',
    [backup('created', at('02:10')), backup('created', at('08:00')), backup('created', at('14:10'))],
    { due: 2, made: 2, extra: 1 },
    'All 2 backups were made. 1 backup was made besides.',
  ],
  [
    'a backup of the moment before a deploy is none that was due',
    [before, backup('created', at('02:10'), { kind: 'pre-deploy' }), backup('created', at('14:10'))],
    { due: 2, made: 1, missed: 1 },
    '1 of 2 backups were made. 1 did not happen.',
  ],
])('%s', (_, events, counts, text) => {
  const report = day(events);
  expect(outcomes(report)).toEqual({ due: 0, made: 0, failed: 0, missed: 0, unknown: 0, extra: 0, ...counts });
  expect(report.summary.map((each) => each.text).join(' ')).toContain(text);
});

test('what nothing reaches back to is unknown, and neither made nor missed', () => {
  expect(outcomes(day([backup('created', at('14:10'))]))).toMatchObject({ made: 1, missed: 0, unknown: 1 });
  const late = { sinceMs: Date.parse(at('10:00')), list: [before] };
  expect(outcomes(day([], { events: late }))).toMatchObject({ missed: 1, unknown: 1 });
  const dueLater = [{ tenant: 'Hotel B', timing: TIMING, sinceMs: Date.parse(at('10:00')) }];
  expect(outcomes(day([], { expected: dueLater }))).toMatchObject({ missed: 1, unknown: 1 });
  const some = day([backup('created', at('14:10'))]).summary.map(({ text }) => text);
  expect(some.slice(0, 2)).toEqual(['The one backup was made.', 'Of 1 more backup nobody knows.']);
  const report = day([], { events: undefined, expected: [{ tenant: 'Hotel B', timing: TIMING }] });
  expect(outcomes(report)).toMatchObject({ due: 2, unknown: 2 });
  expect(report.unknown.join(' ')).toContain('No book of events is kept');
  expect(report.restores).toBeNull();
  expect(report.summary[0]?.text).toBe('What became of 2 backups that were due is not known.');
  expect(report.problems.map(({ code }) => code)).toEqual(['backups-unknown']);
});

test('a tenant that never had a backup is told of', () => {
  const report = day([]);
  expect(outcomes(report)).toMatchObject({ due: 2, missed: 2 });
  expect(day([backup('failed', at('02:10'))]).problems.map(({ text }) => text)).toContain(
    'Hotel B has no good backup that is known.',
  );
});

test('runs of a scheduler tell what snapshots do not, and each backup counts once', () => {
  const run = (time: string, status: 'ok' | 'failed' | 'missed'): NonNullable<ReportInput['runs']>['list'][number] => {
    const slotMs = Date.parse(at(time));
    const ends = { startedMs: slotMs + 1000, finishedMs: slotMs + 60_000 };
    const error = status === 'failed' ? { code: 'EXIT_1', message: 'the disk is full' } : undefined;
    return {
      tenant: 'Hotel B',
      run: {
        job: 'nightly',
        slotMs,
        status,
        error,
        missed: undefined,
        ...(status === 'missed' ? { startedMs: undefined, finishedMs: undefined } : ends),
      },
    };
  };
  const runs = { sinceMs: 0, list: [run('02:00', 'ok'), run('14:00', 'failed')] };
  const report = day([backup('created', at('02:01'))], { runs });
  expect(outcomes(report)).toMatchObject({ due: 2, made: 1, failed: 1, extra: 0 });
  expect(report.problems[0]?.text).toBe('1 backup of Hotel B failed on 3 March: the disk is full.');
  expect(
    outcomes(day([], { runs: { sinceMs: Infinity, list: [run('02:00', 'missed')] }, events: undefined })),
  ).toMatchObject({
    missed: 1,
    unknown: 1,
  });
});

test('a failure is told once, with what was said of it, and other jobs that failed are told, too', () => {
  const slotMs = Date.parse(at('02:00'));
  const run = { slotMs, status: 'failed' as const, startedMs: slotMs, finishedMs: slotMs + 9000, missed: undefined };
  const error = { code: 'EXIT_1', message: 'the disk is full' };
  const told = (job: string): OperationEvent => ({
    at: at('02:00'),
    name: 'run.failed',
    level: 'error',
    details: { job, message: job },
  });
  const report = day([backup('failed', at('02:00')), told('nightly'), told('verify')], {
    runs: { sinceMs: 0, list: [{ tenant: 'Hotel B', run: { job: 'nightly', ...run, error } }] },
    otherRuns: [
      { job: 'prune', ...run, error: { code: undefined, message: 'locked' } },
      { job: 'verify', ...run, error },
    ],
  });
  expect(outcomes(report)).toMatchObject({ failed: 1, missed: 1 });
  expect(report.problems.map(({ text }) => text)).toContain('1 backup of Hotel B failed on 3 March: the disk is full.');
  expect(report.others).toMatchObject([{ name: 'run.failed', count: 2 }]);
  expect(report.story.map(({ text }) => text)).toContain('run.failed: prune: locked');
  const lost = day([{ ...backup('failed', at('02:00')), tenant: undefined }]);
  expect(lost.others).toMatchObject([{ name: 'backup.failed', count: 1 }]);
});

test('without a schedule what was begun counts, and the report says that more may have been due', () => {
  const report = day([backup('created', at('02:10')), backup('failed', at('14:10'))], { expected: undefined });
  expect(outcomes(report)).toMatchObject({ due: 2, made: 1, failed: 1 });
  expect(report.summary.map(({ text }) => text)).toContain(
    'When backups were due is not known: those that nobody began are not counted.',
  );
});

test('before the period is over what is not due yet does not count', () => {
  const report = day([backup('created', at('02:10'))], { nowMs: Date.parse(at('14:30')) });
  expect(outcomes(report)).toMatchObject({ due: 1, made: 1 });
  expect(report.unknown[0]).toContain('not over yet');
});

test('a dashboard tells when the first of several stores is full', () => {
  const destination = (full: string | null, growth: number | null) => ({
    destination: 'x',
    growth_bytes_per_day: growth,
    full: { at: full },
  });
  const destinations = [
    destination('2026-04-20T00:00:00Z', 2e9),
    destination('2026-03-20T00:00:00Z', 1e9),
    destination(null, null),
  ];
  const { storage, problems } = day([], { dashboard: { storage: { destinations } } });
  expect(storage).toMatchObject({ forecastFullAt: '2026-03-20T00:00:00.000Z', bytesPerDay: 3e9 });
  expect(problems.map(({ text }) => text)).toContain('The store will be full around 20 March, if it grows as it did.');
});

test('a report of one tenant has nothing of another', () => {
  const report = reportData({ ...quarter(), tenant: 'Hotel A' });
  expect(JSON.stringify({ ...report, releases: null })).not.toContain('Hotel B');
  expect(report.backups?.total.due).toBe(90);
});

const NUMBERS = ['due', 'made', 'partial', 'failed', 'missed', 'unknown', 'extra', 'bytes', 'bytesStored'] as const;
const validate = new Ajv2020({ validateFormats: false, allowUnionTypes: true }).compile(reportSchema);

test('days, and tenants, add up to the whole, and reports fit their schema', () => {
  fc.assert(
    fc.property(anyReport, (input) => {
      const report = reportData(input);
      const { backups } = report;
      if (backups !== null) {
        const { due, made, partial, failed, missed, unknown } = backups.total;
        expect(due).toBe(made + partial + failed + missed + unknown);
        for (const parts of [backups.days, backups.tenants])
          for (const name of NUMBERS)
            expect(
              Math.abs(
                parts.reduce((sum, each) => sum + each[name], 0) / (backups.total[name] || 1) -
                  Math.sign(backups.total[name]),
              ),
            ).toBeLessThan(1e-9);
        for (const each of backups.exceptions) expect(Date.parse(each.at)).toBeLessThan(input.period.toMs);
      }
      for (const { upMs, downMs, unknownMs } of report.health ?? [])
        expect(upMs + downMs + unknownMs).toBe(
          Math.max(0, Math.min(input.nowMs, input.period.toMs) - input.period.fromMs),
        );
      expect(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors)).toBe(true);
      expect(JSON.stringify(reportData(input))).toBe(JSON.stringify(report));
    }),
    { numRuns: 150 },
  );
});

test('what could not be read is said first, and counts for nothing', () => {
  const report = reportData({
    period,
    nowMs: period.toMs + 12 * HOUR,
    runs: { sinceMs: 0, list: [] },
    unread: ['snapshots'],
  });
  expect(report.backups).toBeNull();
  expect(report.summary).toEqual([{ tone: 'bad', text: 'Not all could be read: without snapshots.' }]);
  expect(report.unknown).toContain('What could not be read, and is missing here: snapshots.');
});
