import { join } from 'node:path';
import type { EventBook } from '@x/operations';
import type { ReportData, ReportFormat, ReportInput, ReportPeriod } from '@x/operations/report';
import { now } from '../clock.ts';
import { demandDuration } from '../config/duration.ts';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { configuredObjectives, REPORT_PARTS } from './report-parts.ts';
import { configFolder } from './tenant-modules.ts';

/** A report that is wanted. */
export interface ReportCall {
  readonly kind: 'daily' | 'weekly' | 'monthly' | 'quarterly';
  /** A date in the period. Default: the last period that is over. */
  readonly date?: string | undefined;
  /** From one date to another, both included, in the place of a kind. */
  readonly between?: { readonly from: string; readonly to: string } | undefined;
  readonly tenant?: string | undefined;
  /** Default: of the configuration, else `reports` beside it. */
  readonly directory?: string | undefined;
  /** Default: of the configuration, else all. */
  readonly formats?: readonly ReportFormat[] | undefined;
  /** Where events are kept, when they are. */
  readonly book?: EventBook | undefined;
}

/** A report that was made and written. */
export interface WrittenReport {
  readonly report: ReportData;
  readonly files: readonly string[];
  /** Reports of old periods that were removed. */
  readonly removed: readonly string[];
  /** Parts that could not be read: unknown in the report. */
  readonly unread: readonly { readonly part: string; readonly message: string }[];
}

/**
 * Reads what there is, makes a report of it and writes it.
 *
 * @throws {OperationsError} `INVALID_PERIOD`, `REPORT_UNWRITABLE`.
 */
export async function makeReport(context: Context, call: ReportCall): Promise<WrittenReport> {
  const effective = await context.effective();
  const { settings } = effective;
  const { reportData, writeReports, cleanReports } = await import('@x/operations/report');
  const nowMs = now();
  const period = await periodOf(effective, call, nowMs);
  const { input, unread } = await readParts(context, { effective, period, nowMs, book: call.book });
  const report = reportData({
    ...input,
    period,
    nowMs,
    title: settings['reports.title'],
    tenant: call.tenant,
    objectives: configuredObjectives(settings),
    unread: unread.map(({ part }) => part),
  });
  context.signal.throwIfAborted();
  const directory =
    call.directory ?? settings['reports.directory'] ?? join(configFolder(context, effective), 'reports');
  const files = await writeReports(directory, report, { formats: call.formats ?? settings['reports.formats'] });
  const keep = settings['reports.keep'];
  const removed = keep === undefined ? [] : await cleanReports(directory, { nowMs, keepMs: demandDuration(keep) });
  return { report, files, removed, unread };
}

async function periodOf({ settings }: Effective, call: ReportCall, nowMs: number): Promise<ReportPeriod> {
  const { customPeriod, lastPeriod, reportPeriod } = await import('@x/operations/report');
  const timeZone = settings['reports.timeZone'] ?? settings['schedule.timeZone'] ?? 'UTC';
  const { kind, date, between } = call;
  if (between !== undefined) return customPeriod({ ...between, timeZone });
  return date === undefined ? lastPeriod({ kind, nowMs, timeZone }) : reportPeriod({ kind, date, timeZone });
}

/** All parts, one after the other. One that can't be read is told, and unknown. */
async function readParts(
  context: Context,
  call: {
    readonly effective: Effective;
    readonly period: ReportPeriod;
    readonly nowMs: number;
    readonly book: EventBook | undefined;
  },
): Promise<{ readonly input: Partial<ReportInput>; readonly unread: WrittenReport['unread'] }> {
  let input: Partial<ReportInput> = {};
  const unread: { readonly part: string; readonly message: string }[] = [];
  for (const [part, read] of Object.entries(REPORT_PARTS)) {
    context.signal.throwIfAborted();
    try {
      input = { ...input, ...(await read(context, call)) };
    } catch (error) {
      context.signal.throwIfAborted();
      unread.push({ part, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { input, unread };
}
