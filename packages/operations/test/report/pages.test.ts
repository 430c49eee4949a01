import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reportData, reportHtml, reportPdf } from '../../src/report/index.ts';
import { anyReport } from '../fixtures/any-report.ts';
import { quarter } from '../fixtures/quarter.ts';

/** What a reader sees, without styles and marks. */
const textOf = (html: string): string => html.replace(/<style>.*?<\/style>/s, '').replaceAll(/<[^>]*>/g, ' ');

test('any data is shown without words of a program', () => {
  fc.assert(
    fc.property(anyReport, (input) => {
      const html = reportHtml(reportData({ ...input, title: 'Shop' }));
      expect(textOf(html)).not.toMatch(/\bNaN\b|\bundefined\b|\bInfinity\b|\[object|\bnull\b/);
      // Nor is anything drawn at a place that is none.
      expect(html).not.toMatch(/="[^"]*(?:NaN|undefined|Infinity)/);
    }),
    { numRuns: 100 },
  );
});

test('names are shown and never obeyed', () => {
  const hostile = '</title><script>alert(1)</script>"\'<img src=x onerror=alert(1)>&\u202Ecod\u0000\uD800';
  const base = quarter();
  const report = reportData({
    ...base,
    title: hostile,
    expected: [{ tenant: hostile, timing: { at: ['02:00'] } }],
    snapshots: {
      sinceMs: 0,
      list: (base.snapshots?.list ?? []).map((each) => ({ ...each, tenant: { name: hostile } })),
    },
    deployments: base.deployments?.map((each) => ({ ...each, version: hostile, by: hostile })),
  });
  const html = reportHtml(report);
  expect(html).not.toMatch(/<script|<img|\u202E|\u0000/);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html.isWellFormed()).toBe(true);
  // Each element that is opened is closed: nothing has broken out of its place.
  for (const tag of ['title', 'main', 'table', 'thead', 'tr', 'th', 'td', 'span', 'figure', 'svg', 'details', 'p']) {
    const count = (pattern: string): number => html.match(new RegExp(pattern, 'g'))?.length ?? 0;
    expect([tag, count(`<${tag}[ >]`)]).toEqual([tag, count(`</${tag}>`)]);
  }
});

test('a page needs nothing from elsewhere', () => {
  const html = reportHtml(reportData(quarter()));
  expect(html).not.toMatch(/\b(?:src|href|srcset|action)=|url\(|@import|javascript:|<link|<iframe|<object/i);
  expect(html).toContain("default-src 'none'");
});

test('the same report gives the same bytes, and a PDF of every report comes to its end', async () => {
  const report = reportData(quarter());
  expect(reportHtml(report)).toBe(reportHtml(reportData(quarter())));
  const pdf = Buffer.from(await reportPdf(report));
  expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-');
  expect(pdf.toString('latin1')).toMatch(/\/Type \/Pages\n\/Count [4-7]\n/);
  expect(pdf.equals(await reportPdf(report))).toBe(true);
  await fc.assert(
    fc.asyncProperty(anyReport, async (input) => {
      expect((await reportPdf(reportData(input))).length).toBeGreaterThan(1000);
    }),
    { numRuns: 15 },
  );
});

test('each chart has its title, a sentence and its figures', () => {
  const html = reportHtml(reportData(quarter()));
  const charts = html.split('<svg viewBox="0 0 340').length - 1;
  expect(charts).toBe(8);
  expect(html.split('<desc id=').length - 1).toBe(charts);
  // The figures of the story are the table below it.
  expect(html.split('<summary>Figures').length - 1).toBe(charts - 1);
});
