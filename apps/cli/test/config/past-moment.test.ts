import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demandPast, parsePast } from '../../src/config/past-moment.ts';

/** A Thursday afternoon in Berlin, a month after clocks were put back. */
const NOW = Date.parse('2026-11-26T14:30:00Z');
const zone = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

test.each([
  ['now', '2026-11-26T14:30:00.000Z'],
  ['2026-11-26T14:00:00Z', '2026-11-26T14:00:00.000Z'],
  ['2026-11-26T14:00:00.125+02:00', '2026-11-26T12:00:00.125Z'],
  ['2026-11-26 14:00 -0530', '2026-11-26T19:30:00.000Z'],
  ['2026-11-26 14:00 UTC', '2026-11-26T14:00:00.000Z'],
  ['2026-11-26 14:00', '2026-11-26T13:00:00.000Z'],
  ['2026-07-01 14:00', '2026-07-01T12:00:00.000Z'],
  ['  2026-11-26   14:00 ', '2026-11-26T13:00:00.000Z'],
  ['14:00', '2026-11-26T13:00:00.000Z'],
  ['14:00:30', '2026-11-26T13:00:30.000Z'],
  ['today 08:15', '2026-11-26T07:15:00.000Z'],
  ['Yesterday 14:00', '2026-11-25T13:00:00.000Z'],
  ['3 days ago', '2026-11-23T14:30:00.000Z'],
  ['90 minutes ago', '2026-11-26T13:00:00.000Z'],
  ['2h ago', '2026-11-26T12:30:00.000Z'],
  ['1 week ago', '2026-11-19T14:30:00.000Z'],
  ['1 year ago', '2025-11-26T14:30:00.000Z'],
])('%s is %s', (text, iso) => {
  expect(new Date(parsePast(text, NOW) ?? Number.NaN).toISOString()).toBe(iso);
});

describe('a day alone', () => {
  test.each([
    ['2026-11-25', '2026-11-25T22:59:59.999Z'],
    ['yesterday', '2026-11-25T22:59:59.999Z'],
    ['2026-10-25', '2026-10-25T22:59:59.999Z'],
    ['today', '2026-11-26T14:30:00.000Z'],
  ])('%s is its end, %s', (text, iso) => {
    expect(new Date(parsePast(text, NOW) ?? Number.NaN).toISOString()).toBe(iso);
  });
});

test('days ago are at the same time of day, though clocks were put back between', () => {
  expect(new Date(parsePast('60 days ago', NOW) ?? 0).toISOString()).toBe('2026-09-27T13:30:00.000Z');
});

test('a month before 31 March is the end of February', () => {
  const march = Date.parse('2026-03-31T12:00:00Z');
  expect(new Date(parsePast('1 month ago', march) ?? 0).toISOString().slice(0, 10)).toBe('2026-02-28');
});

test.each([
  '',
  'soon',
  'tomorrow',
  '2026-13-01',
  '2026-02-30',
  '2026-02-30 14:00',
  '2026-11-26 24:00',
  '2026-11-26 14:60',
  '2026-11-26 2pm',
  '26.11.2026',
  '3 fortnights ago',
  '-3 days ago',
  '2026-03-29 02:30',
  'yesterday yesterday',
])('%j is no moment', (text) => {
  expect(parsePast(text, NOW)).toBeUndefined();
});

test('what is no moment, or has not come yet, is refused with examples', () => {
  expect(() => demandPast('noonish')).toThrow(
    expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('yesterday 14:00') }),
  );
  expect(() => demandPast('9999-01-01')).toThrow(/that has passed/);
  expect(() => demandPast('9999-01-01 00:00')).toThrow(/that has passed/);
});
