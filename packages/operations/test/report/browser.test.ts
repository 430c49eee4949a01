import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportData, reportHtml } from '../../src/report/index.ts';
import { quarter } from '../fixtures/quarter.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(CHROMIUM);

/** In the page: texts whose contrast with what is behind them is less than WCAG AA asks for. */
const FAINT = `(() => {
  const parts = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (color) => {
    const [red, green, blue] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    if (element === null) return [255, 255, 255];
    const color = parts(getComputedStyle(element).backgroundColor);
    return color.length === 4 && color[3] === 0 ? ground(element.parentElement) : color;
  };
  const found = [];
  let looked = 0;
  for (const element of document.querySelectorAll('h1,h2,h3,p,li,summary,th,td,span,svg text')) {
    if (element.textContent === '') continue;
    looked++;
    const style = getComputedStyle(element);
    const color = light(parts(element.tagName === 'text' ? style.fill : style.color));
    const behind = light(ground(element));
    const contrast = (Math.max(color, behind) + 0.05) / (Math.min(color, behind) + 0.05);
    if (!(contrast >= 4.5)) found.push(element.tagName + ' ' + element.textContent + ' ' + contrast.toFixed(2));
  }
  return { found, looked };
})()`;
const WIDTH = 'document.documentElement.scrollWidth';
/** In the page: the height of letters in charts, in pixels. */
const LETTERS = `[...document.querySelectorAll('figure > svg')].map((svg) => (svg.getBoundingClientRect().width / 340) * 11)`;

describe.skipIf(!isThere)(isThere ? 'in a browser' : `in a browser: skipped, there is no ${CHROMIUM}`, () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-page-'));
    const file = join(folder, 'report.html');
    const name = 'Hotel "B" <i> with_a_name_that_is_much_too_long_to_fit_the_line_of_any_phone_that_there_is';
    const base = quarter();
    const list = (base.snapshots?.list ?? []).map((each) => ({
      ...each,
      tenant: { name: each.tenant.name === 'Hotel B' ? name : each.tenant.name },
    }));
    const report = reportData({
      ...base,
      snapshots: { sinceMs: base.snapshots?.sinceMs ?? 0, list },
      expected: base.expected?.map((each) => ({ ...each, tenant: each.tenant === 'Hotel B' ? name : each.tenant })),
    });
    await writeFile(file, reportHtml(report));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  }, 240_000);

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  }, 240_000);

  async function opened(width: number, colorScheme: 'light' | 'dark'): Promise<{ page: Page; heard: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const heard: string[] = [];
    page.on('console', (message) => heard.push(message.text()));
    page.on('pageerror', (error) => heard.push(error.message));
    page.on('request', (request) => heard.push(request.url()));
    await page.goto(url);
    return { page, heard };
  }

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)(
    'at %i pixels, %s, nothing is cut off, faint, or asked for elsewhere',
    async (width, scheme) => {
      const { page, heard } = await opened(width, scheme);
      expect(heard).toEqual([url]);
      expect(await page.evaluate(WIDTH)).toBe(width);
      const { found, looked } = await page.evaluate<{ readonly found: string[]; readonly looked: number }>(FAINT);
      expect(found).toEqual([]);
      expect(looked).toBeGreaterThan(500);
      // Letters of charts are large enough to be read.
      const letters = await page.evaluate<number[]>(LETTERS);
      expect(Math.min(...letters)).toBeGreaterThanOrEqual(9);
      await page.locator('summary').first().click();
      expect(await page.evaluate(WIDTH)).toBe(width);
      await page.close();
    },
    240_000,
  );
});
