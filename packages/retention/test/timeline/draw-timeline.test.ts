import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawTimeline, planRetention, type RetentionItem } from '../../src/index.ts';
import { anyItems, DAY, NOW } from '../fixtures.ts';

const options = { now: NOW, timeZone: 'UTC' };

const nights = (count: number, group?: string): RetentionItem[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${group ?? 'n'}${index}`, time: NOW - index * DAY, group }));

function draw(items: readonly RetentionItem[], title?: string): string {
  return drawTimeline(items, planRetention(items, { daily: 3 }, options), { ...options, title });
}

/** Numbers of an attribute of all elements of a class. */
function numbers(svg: string, kind: string, attribute: string): number[] {
  const elements = svg.match(new RegExp(`<rect class="${kind}"[^>]*>`, 'g')) ?? [];
  return elements.map((element) => Number(new RegExp(` ${attribute}="([\\d.-]+)"`).exec(element)?.[1]));
}

describe('drawTimeline', () => {
  it('what is kept stands above the line, what is removed hangs below it, and all of it is counted', () => {
    const svg = draw(nights(6));
    expect(svg).toContain('3 of 6 are kept (above the line), 3 removed (below); as of 2026-06-30T12:00:00.000Z');
    const line = Number(/<line class="line"[^>]* y1="(\d+)"/.exec(svg)?.[1]);
    const [kept, gone] = [numbers(svg, 'keep', 'y'), numbers(svg, 'gone', 'y')];
    expect([kept.length, gone.length]).toEqual([3, 3]);
    expect(kept.every((y) => y < line)).toBe(true);
    expect(gone.every((y) => y > line)).toBe(true);
  });

  it('the newest is at the right, and recent days have more room than old ones', () => {
    const places = numbers(draw(nights(6)), 'keep', 'x').toSorted((a, b) => b - a);
    expect(places).toHaveLength(3);
    const [newest = 0, second = 0, third = 0] = places;
    expect(newest - second).toBeGreaterThan(second - third);
  });

  it('a bar says why, and of many how many there are', () => {
    const svg = draw(nights(400));
    expect(svg).toMatch(/<title>n0 is kept: it stands for 2026-06-30, the 1st of 3 days/);
    expect(svg).toMatch(/<title>\d+ are removed: 202\d-\d\d-\d\d to 202\d-\d\d-\d\d<\/title>/);
    expect((svg.match(/<rect class="gone"/g) ?? []).length).toBeLessThan(200);
  });

  it('each group has a row of its own, under its name', () => {
    const svg = draw([...nights(2, 'acme'), ...nights(2, 'globex')]);
    expect(svg.match(/<line class="line"/g)).toHaveLength(2);
    expect(svg).toContain('acme: 2 of 2 are kept');
    const items = nights(2, 'acme');
    const named = drawTimeline(items, planRetention(items, {}, options), { ...options, groupOf: () => 'one row' });
    expect(named).toContain('>one row<');
  });

  it('of very many groups the first 200 are drawn, and the rest is named as a number', () => {
    const svg = draw(Array.from({ length: 230 }, (_, index) => ({ id: `i${index}`, time: NOW, group: `g${index}` })));
    expect(svg.match(/<line class="line"/g)).toHaveLength(200);
    expect(svg).toContain('; 30 more groups are not shown');
  });

  it('names can not break out of the picture, nor bring characters that XML has not', () => {
    const hostile = '</title><script>alert("1")</script>&\u0000\ud800';
    const svg = draw([{ id: hostile, time: NOW, group: hostile }], hostile);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toMatch(/[\u0000-\u0008\ud800]/);
  });

  it('no items make a picture that says so', () => {
    expect(draw([])).toContain('0 of 0 are kept');
  });

  it('decisions about other items are refused', () => {
    const [one, two] = [nights(2), nights(1, 'x')];
    for (const decisions of [planRetention(two, {}, options), planRetention(one.toReversed(), {}, options)]) {
      expect(() => drawTimeline(one, decisions, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });

  it('draws whatever can be planned, every bar inside the picture', () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        const svg = draw(items);
        const [height = 0] = numbers(svg.replace('class="back"', 'class="back" x="0"'), 'back', 'height');
        for (const kind of ['keep', 'gone']) {
          expect(numbers(svg, kind, 'x').every((x) => x >= 180 && x <= 936)).toBe(true);
          expect(numbers(svg, kind, 'y').every((y) => y >= 0 && y < height)).toBe(true);
        }
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      }),
      { numRuns: 50 },
    );
  });
});
