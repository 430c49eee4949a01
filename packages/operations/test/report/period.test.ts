import fc from 'fast-check';
import { expect, test } from 'vitest';
import { customPeriod, lastPeriod, reportPeriod } from '../../src/report/index.ts';
import { daysText } from '../../src/report/dates.ts';
import { zoneOf } from '../../src/report/zone.ts';

const HOUR = 3_600_000;

test.each([
  ['daily', '2026-03-29', 'daily-2026-03-29', '29 March 2026', 1, 23],
  ['weekly', '2026-01-01', 'weekly-2026-W01', 'Week 1 of 2026, 29 December to 4 January', 7, 168],
  ['weekly', '2027-01-01', 'weekly-2026-W53', 'Week 53 of 2026, 28 December to 3 January', 7, 168],
  ['monthly', '2026-10-25', 'monthly-2026-10', 'October 2026', 31, 745],
  ['monthly', '2028-02-01', 'monthly-2028-02', 'February 2028', 29, 696],
  ['quarterly', '2026-06-30', 'quarterly-2026-Q2', 'April to June 2026', 91, 2184],
] as const)('%s of %s is %s', (kind, date, name, label, days, hours) => {
  const period = reportPeriod({ kind, date, timeZone: 'Europe/Lisbon' });
  expect(period).toMatchObject({ name, label });
  expect([period.days.length, (period.toMs - period.fromMs) / HOUR]).toEqual([days, hours]);
});

test('a day begins with its first moment, also where clocks leave midnight out', () => {
  // Clocks of Sao Paulo went from 23:59:59 of 3 November 2018 to 01:00 of the 4th.
  expect(new Date(zoneOf('America/Sao_Paulo').startOf('2018-11-04')).toISOString()).toBe('2018-11-04T03:00:00.000Z');
  expect(new Date(zoneOf('Asia/Kolkata').startOf('2026-01-01')).toISOString()).toBe('2025-12-31T18:30:00.000Z');
  expect(new Date(zoneOf('Pacific/Kiritimati').startOf('2026-01-01')).toISOString()).toBe('2025-12-31T10:00:00.000Z');
});

test('days follow each other without gaps, and each moment of one has its date', () => {
  const zones = ['UTC', 'Europe/Lisbon', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Cairo'];
  const kinds = ['daily', 'weekly', 'monthly', 'quarterly'] as const;
  const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(day, fc.constantFrom(...zones), fc.constantFrom(...kinds), (at, timeZone, kind) => {
      const date = at.toISOString().slice(0, 10);
      const { days, fromMs, toMs } = reportPeriod({ kind, date, timeZone });
      const zone = zoneOf(timeZone);
      expect(days.some((each) => each.date === date)).toBe(true);
      let next = fromMs;
      for (const each of days) {
        expect(each.fromMs).toBe(next);
        expect([zone.dateOf(each.fromMs), zone.dateOf(each.toMs - 1)]).toEqual([each.date, each.date]);
        next = each.toMs;
      }
      expect(next).toBe(toMs);
    }),
    { numRuns: 40 },
  );
});

test('the last period is the one that is over', () => {
  const nowMs = Date.parse('2026-04-01T00:30:00Z');
  expect(lastPeriod({ kind: 'monthly', nowMs, timeZone: 'Europe/Lisbon' }).name).toBe('monthly-2026-03');
  // There it is still March.
  expect(lastPeriod({ kind: 'monthly', nowMs, timeZone: 'America/New_York' }).name).toBe('monthly-2026-02');
  expect(lastPeriod({ kind: 'daily', nowMs }).name).toBe('daily-2026-03-31');
});

test.each([
  ['a date that is none', () => reportPeriod({ kind: 'daily', date: '2026-02-30' })],
  ['a zone that is none', () => reportPeriod({ kind: 'daily', date: '2026-02-03', timeZone: 'Europe/Atlantis' })],
  ['an end before the beginning', () => customPeriod({ from: '2026-02-03', to: '2026-02-01' })],
])('%s is refused', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_PERIOD' }));
});

test('days are told in few words', () => {
  expect(daysText(['2026-03-03'])).toBe('3 March');
  expect(daysText(['2026-03-05', '2026-03-03', '2026-03-04', '2026-04-09'])).toBe('3 to 5 March and 9 April');
  expect(daysText(['2026-02-28', '2026-03-01'])).toBe('28 February to 1 March');
  expect(
    daysText(
      ['01', '03', '05', '07', '09', '10'].map((day) => `2026-03-${day}`),
      2,
    ),
  ).toBe('1 March, 3 March and 4 more days');
});
