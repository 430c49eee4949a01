import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportPdf } from '../../src/pdf/report-pdf.ts';
import { chartOf } from '../../src/report/chart.ts';
import { reportHtml } from '../../src/report/report-html.ts';
import { reportOf, type Said } from '../support/report.ts';

const accuracy = (version: string, rate: number): Said => ({
  version,
  metrics: { accuracy: rate, speed: 12 },
  measurements: { accuracy: { samples: 4000 } },
});
const versions = [accuracy('1.0.0', 0.9), accuracy('1.1.0', 0.95), accuracy('1.2.0', 0.85)];

describe('a report', () => {
  it('compares the newest version with the live one, and says what got worse', async () => {
    const report = await reportOf(versions, { prod: '1.1.0' });
    expect(report).toMatchObject({ live: '1.1.0', versionCount: 3, comparison: { before: '1.1.0', after: '1.2.0' } });
    expect(report.comparison?.metrics.map(({ metric, verdict }) => [metric, verdict])).toEqual([
      ['accuracy', 'worse'],
      ['speed', 'no evidence'],
    ]);
    expect(report.alerts.map(({ code }) => code)).toEqual(['WORSE_THAN_LIVE']);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect((await reportOf(versions, { prod: '1.2.0' })).comparison?.before).toBe('1.1.0');
    expect(await reportOf([accuracy('1.0.0', 0.9)])).not.toHaveProperty('comparison');
  });

  it('counts what is live, however old it is', async () => {
    const report = await reportOf(versions, { prod: '1.0.0' }, { last: 1 });
    expect(report.versions.map(({ version }) => version)).toEqual(['1.2.0']);
    expect(report.comparison?.before).toBe('1.0.0');
    await expect(reportOf(versions, {}, { last: 0 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('is one HTML page that asks for nothing and runs nothing, whatever names there are', async () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='y'>`;
    const html = reportHtml(
      await reportOf([{ version: '1.0.0', change: evil, addedBy: evil, description: evil, metrics: { [evil]: 1 } }], {
        [evil]: '1.0.0',
      }),
    );
    expect(html).not.toMatch(/<script|<img|<link|@import|https?:|url\(/);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html.match(/<svg /g)).toHaveLength(1);
  });

  it('is a PDF that is the same each time, and says what it can not print', async () => {
    const said = { ...accuracy('1.3.0', 0.8), description: 'ação 🎲 模型' };
    const report = await reportOf([...versions, said], { prod: '1.1.0' });
    const first = Buffer.from(await reportPdf(report));
    expect(first.subarray(0, 5).toString()).toBe('%PDF-');
    expect(first.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(0);
    expect(first.equals(Buffer.from(await reportPdf(report)))).toBe(true);
  });
});

describe('a chart', () => {
  it('holds all its points and intervals, whatever they are', () => {
    const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 40 }), (all) => {
        const estimates = all.map((three, at) => {
          const [low, middle, high] = three.toSorted((a, b) => a - b) as [number, number, number];
          return { version: `1.${at}.0`, value: middle, interval: [low, high] as const };
        });
        const { points, ticks, left, bottom, width } = chartOf(estimates, { width: 480, height: 220 });
        expect(ticks.length).toBeLessThan(12);
        for (const { x, y, bar } of points) {
          expect(x > left && x < width && y >= 0 && y <= bottom + 0.01).toBe(true);
          expect(bar?.every((end) => end >= 0 && end <= bottom + 0.01)).toBe(true);
        }
        expect(points.at(-1)?.label).toBe(estimates.at(-1)?.version);
      }),
      { numRuns: 60 },
    );
  });
});
