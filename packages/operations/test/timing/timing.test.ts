import { describe, expect, it } from 'vitest';
import { checkTiming, nextSlot, type Timing } from '../../src/index.ts';
import { latestSlot, slotsBetween } from '../../src/timing/slots-of.ts';

/** The next so many slots, as text. */
function slots(timing: Timing, after: string, count: number): string[] {
  const found: string[] = [];
  for (let slot = nextSlot(timing, Date.parse(after)); slot !== undefined && found.length < count;)
    [slot] = [nextSlot(timing, slot), found.push(new Date(slot).toISOString().slice(0, 16))];
  return found;
}

const LISBON = 'Europe/Lisbon';

describe('a time of day', () => {
  it('that clocks leave out in spring is run when they have gone on, and the next day as usual', () => {
    expect(slots({ at: ['01:30'], timeZone: LISBON }, '2026-03-28T02:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  it('that comes twice in autumn is run once', () => {
    const twice: Timing = { at: ['01:30', '13:30'], timeZone: LISBON };
    expect(slots(twice, '2026-10-24T20:00Z', 3)).toEqual(['2026-10-25T00:30', '2026-10-25T13:30', '2026-10-26T01:30']);
    expect(latestSlot(twice, Date.parse('2026-10-25T01:45Z'))).toBe(Date.parse('2026-10-25T00:30Z'));
  });

  it('is in UTC unless another zone is named', () => {
    expect(slots({ at: ['02:30'] }, '2026-07-01T00:00Z', 1)).toEqual(['2026-07-01T02:30']);
  });
});

describe('a cron expression', () => {
  it('of each half hour goes on evenly where clocks are put back', () => {
    expect(slots({ cron: '*/30 * * * *', timeZone: LISBON }, '2026-10-25T00:00Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
    ]);
  });

  it('of the first day of a quarter comes four times a year', () => {
    expect(slots({ cron: '0 3 1 */3 *' }, '2026-01-02T00:00Z', 4)).toEqual([
      '2026-04-01T03:00',
      '2026-07-01T03:00',
      '2026-10-01T03:00',
      '2027-01-01T03:00',
    ]);
  });
});

describe('an interval', () => {
  it('means the same moments on every machine, whenever it was started', () => {
    const sixHours = 6 * 60 * 60_000;
    expect(slots({ everyMs: sixHours }, '2026-11-28T07:12Z', 3)).toEqual([
      '2026-11-28T12:00',
      '2026-11-28T18:00',
      '2026-11-29T00:00',
    ]);
    expect(nextSlot({ everyMs: sixHours }, Date.parse('2026-11-28T12:00Z'))).toBe(Date.parse('2026-11-28T18:00Z'));
  });
});

describe('what was between two moments', () => {
  it('has the last moment, and not the first', () => {
    const [from, until] = [Date.parse('2026-11-28T02:00Z'), Date.parse('2026-11-30T02:00Z')];
    expect(slotsBetween({ cron: '0 2 * * *' }, from, until)).toEqual({
      count: 2,
      firstMs: Date.parse('2026-11-29T02:00Z'),
      lastMs: until,
    });
    expect(slotsBetween({ everyMs: 1000 }, 0, 7_500)).toEqual({ count: 7, firstMs: 1000, lastMs: 7000 });
    expect(slotsBetween({ cron: '0 2 * * *' }, from, until - 86_400_001)).toBeUndefined();
  });

  it('is counted up to a thousand: a machine may have slept for a year', () => {
    const year = 365 * 86_400_000;
    expect(slotsBetween({ cron: '*/5 * * * *' }, 0, year)).toEqual({ count: 1000, firstMs: 300_000, lastMs: year });
  });
});

describe('a timing is refused with what to do', () => {
  it.each<[string, unknown, RegExp]>([
    ['a minute that is none', { cron: '60 * * * *' }, /Invalid value for minute: 60/],
    ['a day that never comes', { cron: '0 0 30 2 *' }, /comes to pass/],
    ['text that is no expression', { cron: 'nightly' }, /cron expression/],
    ['a zone that is none', { cron: '0 0 * * *', timeZone: 'Nope/Town' }, /Nope/],
    ['a time that is none', { at: ['24:00'] }, /time of day from 00:00 to 23:59, got "24:00"/],
    ['no time at all', { at: [] }, /list of times/],
    ['half a second', { everyMs: 500 }, /1000/],
    ['two at once', { cron: '0 0 * * *', everyMs: 1000 }, /one of "cron", "at" and "everyMs", got "cron, everyMs"/],
    ['nothing', {}, /none of them/],
  ])('%s', (_what, timing, message) => {
    expect(() => checkTiming(timing as Timing)).toThrow(
      expect.objectContaining({ code: 'INVALID_TIMING', message: expect.stringMatching(message) as string }) as Error,
    );
  });
});
