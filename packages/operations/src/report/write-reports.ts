import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationsError } from '../errors.ts';
import type { ReportData } from './contract.ts';
import { reportPdf } from './pdf/report-pdf.ts';
import { reportHtml } from './report-html.ts';

/** Forms that a report can have. */
export type ReportFormat = 'json' | 'html' | 'pdf';

/** All forms of a report. */
export const REPORT_FORMATS: readonly ReportFormat[] = ['json', 'html', 'pdf'];

/** Options of {@link writeReports}. */
export interface WriteReportsOptions {
  /** Default: all. */
  readonly formats?: readonly ReportFormat[] | undefined;
}

/** `daily-2026-03-29.html`; of one tenant `daily-2026-03-29.TENANT.html`. */
const NAME = /^(?:daily|weekly|monthly|quarterly|custom)-(\d{4}-[\dQW-]+?)(?:\.[A-Za-z0-9%._-]+)?\.(?:json|html|pdf)$/;
const TEMPORARY = /^\.report-[0-9a-f-]{36}\.tmp$/;
const DAY_MS = 86_400_000;

/**
 * Writes a report into a folder, as `daily-2026-03-29.json`, `.html` and `.pdf`. A file is there as a whole or not at all, and one that is there is replaced as a whole: all forms are made
 * before the first is written.
 *
 * @returns Paths of what was written.
 * @throws {OperationsError} `REPORT_UNWRITABLE`; `PACKAGE_MISSING` for PDF without pdfkit.
 *
 * @example
 * ```ts
 * import { type ReportData, writeReports } from '@x/operations/report';
 *
 * export const write = (report: ReportData) => writeReports('reports', report, { formats: ['html', 'json'] });
 * ```
 */
export async function writeReports(
  directory: string,
  report: ReportData,
  options: WriteReportsOptions = {},
): Promise<readonly string[]> {
  const files: { readonly path: string; readonly content: string | Uint8Array }[] = [];
  for (const format of new Set(options.formats ?? REPORT_FORMATS))
    files.push({ path: join(directory, reportFile(report, format)), content: await contentOf(report, format) });
  try {
    await mkdir(directory, { recursive: true });
    for (const { path, content } of files) await replaceFile(directory, path, content);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    throw new OperationsError('REPORT_UNWRITABLE', `Expected to write reports to ${directory}, got ${code}`, {
      cause,
      hint: 'Check that the folder may be written to, and that its disk has room.',
    });
  }
  return files.map(({ path }) => path);
}

/** How the file of a report is called. */
export function reportFile({ period, tenant }: ReportData, format: ReportFormat): string {
  // What no system takes amiss in a name.
  const of =
    tenant === null
      ? ''
      : `.${encodeURIComponent(tenant).replaceAll(/[*'()!~.]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)}`;
  return `${period.name}${of}.${format}`;
}

async function contentOf(report: ReportData, format: ReportFormat): Promise<string | Uint8Array> {
  if (format === 'json') return `${JSON.stringify(report, undefined, 2)}\n`;
  return format === 'html' ? reportHtml(report) : await reportPdf(report);
}

async function replaceFile(directory: string, path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(directory, `.report-${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o640);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What {@link cleanReports} goes by. */
export interface CleanReportsOptions {
  readonly nowMs: number;
  /** Reports of periods that ended more than so many milliseconds ago go. */
  readonly keepMs: number;
  /** Only says which would go. Default `false`. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Removes reports of old periods from a folder, by their names, and what writers that were killed have left for a day. Other files stay.
 *
 * @returns Names of the reports that were, or would be, removed.
 * @throws {OperationsError} `REPORT_UNWRITABLE`
 */
export async function cleanReports(directory: string, options: CleanReportsOptions): Promise<readonly string[]> {
  const { nowMs, keepMs, dryRun = false } = options;
  try {
    const removed: string[] = [];
    for (const name of (await readdir(directory)).toSorted()) {
      const endMs = endOf(name);
      if (endMs !== undefined && endMs < nowMs - keepMs) {
        if (!dryRun) await rm(join(directory, name), { force: true });
        removed.push(name);
      } else if (!dryRun && TEMPORARY.test(name)) await removeLeft(join(directory, name), nowMs);
    }
    return removed;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    if (code === 'ENOENT') return [];
    throw new OperationsError('REPORT_UNWRITABLE', `Expected to clean reports in ${directory}, got ${code}`, { cause });
  }
}

async function removeLeft(path: string, nowMs: number): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined && there.mtimeMs < nowMs - DAY_MS) await rm(path, { force: true });
}

/** When the period of a report ended, as its name says, near enough to go by; `undefined` for other files. */
function endOf(name: string): number | undefined {
  const period = NAME.exec(name)?.[1];
  if (period === undefined) return undefined;
  const [, year = '', quarter] = /^(\d{4})-Q([1-4])$/.exec(period) ?? [];
  if (quarter !== undefined) return Date.UTC(Number(year), Number(quarter) * 3, 1);
  const [, weekYear = '', week] = /^(\d{4})-W(\d{2})$/.exec(period) ?? [];
  if (week !== undefined) return Date.UTC(Number(weekYear), 0, 1 + Number(week) * 7);
  const [, monthYear = '', month] = /^(\d{4})-(\d{2})$/.exec(period) ?? [];
  if (month !== undefined) return Date.UTC(Number(monthYear), Number(month), 1);
  const ms = Date.parse(period.split('--').at(-1) ?? '');
  return Number.isNaN(ms) ? undefined : ms + DAY_MS;
}
