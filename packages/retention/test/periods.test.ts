import { describe, expect, it } from 'vitest';
import { later, readDuration } from '../src/periods/duration.ts';
import { labelOf } from '../src/periods/label.ts';
import { PERIODS, stretchAt } from '../src/periods/period.ts';
import { openZone } from '../src/periods/zone.ts';
import { HOUR } from './fixtures.ts';

type Name = keyof typeof PERIODS;

function describeStretch(timeZone: string, name: Name, at: string): { label: string; start: string; hours: number } {
  const zone = openZone(timeZone);
  const stretch = stretchAt(zone, PERIODS[name], Date.parse(at));
  return {
    label: labelOf(zone, PERIODS[name], stretch),
    start: new Date(stretch.start).toISOString().replace(':00.000Z', 'Z'),
    hours: (stretch.end - stretch.start) / HOUR,
  };
}

describe('days and hours where clocks change', () => {
  it.each([
    ['Europe/Lisbon', 'daily', '2026-03-29T12:00Z', '2026-03-29', '2026-03-29T00:00Z', 23],
    ['Europe/Lisbon', 'daily', '2026-10-25T12:00Z', '2026-10-25', '2026-10-24T23:00Z', 25],
    ['Europe/Lisbon', 'hourly', '2026-10-25T00:30Z', '2026-10-25T01:00+01:00', '2026-10-25T00:00Z', 1],
    ['Europe/Lisbon', 'hourly', '2026-10-25T01:30Z', '2026-10-25T01:00+00:00', '2026-10-25T01:00Z', 1],
    // Clocks jumped over midnight: the day began at 01:00.
    ['America/Sao_Paulo', 'daily', '2018-11-04T12:00Z', '2018-11-04', '2018-11-04T03:00Z', 23],
    ['America/Sao_Paulo', 'daily', '2018-02-17T12:00Z', '2018-02-17', '2018-02-17T02:00Z', 25],
    ['America/Sao_Paulo', 'daily', '2026-11-01T12:00Z', '2026-11-01', '2026-11-01T03:00Z', 24],
    ['Australia/Lord_Howe', 'daily', '2026-10-04T00:00Z', '2026-10-04', '2026-10-03T13:30Z', 23.5],
    ['Australia/Lord_Howe', 'daily', '2026-04-05T00:00Z', '2026-04-05', '2026-04-04T13:00Z', 24.5],
    ['Australia/Lord_Howe', 'hourly', '2026-10-03T15:45Z', '2026-10-04T02:30+11:00', '2026-10-03T15:30Z', 0.5],
    // Samoa had no 30 December 2011.
    ['Pacific/Apia', 'daily', '2011-12-30T09:59Z', '2011-12-29', '2011-12-29T10:00Z', 24],
    ['Pacific/Apia', 'daily', '2011-12-30T10:00Z', '2011-12-31', '2011-12-30T10:00Z', 24],
    ['Pacific/Apia', 'weekly', '2011-12-30T12:00Z', '2011-W52', '2011-12-26T10:00Z', 144],
    // Casablanca puts its clocks back for Ramadan, and Lord Howe by half an hour.
    ['Africa/Casablanca', 'daily', '2026-02-15T12:00Z', '2026-02-15', '2026-02-14T23:00Z', 25],
    ['Africa/Casablanca', 'hourly', '2026-02-15T01:30Z', '2026-02-15T02:00+01:00', '2026-02-15T01:00Z', 1],
    ['Australia/Lord_Howe', 'hourly', '2026-04-04T15:15Z', '2026-04-05T01:30+10:30', '2026-04-04T15:00Z', 0.5],
    ['Asia/Kathmandu', 'hourly', '2026-01-01T00:00Z', '2026-01-01T05:00+05:45', '2025-12-31T23:15Z', 1],
  ] as const)('%s %s at %s is %s from %s, %s hours', (zone, name, at, label, start, hours) => {
    expect(describeStretch(zone, name, at)).toEqual({ label, start, hours });
  });

  it('each day of twenty years in Lisbon begins at its midnight and ends where the next begins', () => {
    const zone = openZone('Europe/Lisbon');
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Lisbon', timeStyle: 'short' });
    const lengths = new Map<number, number>();
    let start = Date.parse('2006-01-01T00:00Z');
    while (start < Date.parse('2026-01-01T00:00Z')) {
      const stretch = stretchAt(zone, PERIODS.daily, start);
      const hours = (stretch.end - start) / HOUR;
      expect([stretch.start, clock.format(start)]).toEqual([start, '00:00']);
      lengths.set(hours, (lengths.get(hours) ?? 0) + 1);
      start = stretch.end;
    }
    expect(Object.fromEntries(lengths)).toEqual({ 23: 20, 24: 7265, 25: 20 });
  });

  it('a date that came twice, as clocks went back over midnight, is followed by the next for good', () => {
    const zone = openZone('America/St_Johns');
    // 2006-10-29 00:01 became 28 October 23:01.
    const second = stretchAt(zone, PERIODS.daily, Date.parse('2006-10-29T03:00Z'));
    expect(labelOf(zone, PERIODS.daily, second)).toBe('2006-10-29');
  });
});

describe('ISO weeks', () => {
  it.each([
    ['2020-12-31', '2020-W53'],
    ['2021-01-03', '2020-W53'],
    ['2021-01-04', '2021-W01'],
    ['2015-12-28', '2015-W53'],
    ['2018-12-31', '2019-W01'],
    ['2024-12-30', '2025-W01'],
    ['2026-12-31', '2026-W53'],
    ['2027-01-04', '2027-W01'],
    ['2000-01-02', '1999-W52'],
    ['1969-12-29', '1970-W01'],
  ])('%s is in %s', (date, label) => {
    expect(describeStretch('UTC', 'weekly', `${date}T12:00Z`).label).toBe(label);
  });
});

describe('months and longer', () => {
  it.each([
    ['monthly', '2024-02-29T23:59Z', '2024-02', 29 * 24],
    ['monthly', '2100-02-28T23:59Z', '2100-02', 28 * 24],
    ['halfYearly', '2024-07-31T12:00Z', '2024-H2', 184 * 24],
    ['halfYearly', '2024-06-30T12:00Z', '2024-H1', 182 * 24],
    ['quarterly', '2024-03-31T12:00Z', '2024-Q1', 91 * 24],
    ['halfYearly', '2024-07-01T00:00Z', '2024-H2', 184 * 24],
    ['yearly', '2024-12-31T23:59Z', '2024', 366 * 24],
  ] as const)('%s at %s is %s, %s hours', (name, at, label, hours) => {
    expect(describeStretch('UTC', name, at)).toMatchObject({ label, hours });
  });
});

describe('durations', () => {
  it.each([
    ['2024-01-31T12:00Z', '1m', 'UTC', '2024-02-29T12:00Z'],
    ['2023-01-31T12:00Z', '1 month', 'UTC', '2023-02-28T12:00Z'],
    ['2024-02-29T12:00Z', '1y', 'UTC', '2025-02-28T12:00Z'],
    ['2026-03-28T12:00Z', '1d', 'Europe/Lisbon', '2026-03-29T11:00Z'],
    ['2026-03-28T12:00Z', '24h', 'Europe/Lisbon', '2026-03-29T12:00Z'],
    ['2026-03-28T01:30Z', '1d', 'Europe/Lisbon', '2026-03-29T01:00Z'],
    ['2026-01-01T00:00Z', '1y6m2w3d4h', 'UTC', '2027-07-18T04:00Z'],
  ])('%s and %s in %s is %s', (from, text, timeZone, to) => {
    const result = later(openZone(timeZone), Date.parse(from), readDuration(text));
    expect(new Date(result).toISOString()).toBe(to.replace('Z', ':00.000Z'));
  });
});
