import type { AuditLog } from '../audit/audit-log.ts';
import type { BundleManifest } from '../export/bundle.ts';
import type { ExportFormat } from '../export/export-records.ts';
import type { MeasureStatistics, Meter } from '../performance/contract.ts';
import type { FoundRecord, Search, SearchOptions } from '../search/contract.ts';
import type { Query } from '../search/query.ts';
import type { LineDestination, Logger } from '../structured/contract.ts';
import type { CleanPlan } from '../upkeep/clean-plan.ts';
import type { StreamStatistics } from '../upkeep/stats.ts';

/** What could not be written so far. */
export interface LossReport {
  /** Records that found no room, while the disk was slow or failed. */
  readonly lost: number;
  /** Whether the disk fails now. */
  readonly failing: boolean;
}

/** A question as text, or as `parseQuery` reads it. */
export type QueryInput = string | Query;

/** What is exported. */
export interface ExportOptions extends SearchOptions {
  readonly format?: ExportFormat | undefined;
}

/** Structured, audit and performance logs in one folder. */
export interface Logs extends Meter {
  /** Writes structured records. */
  readonly logger: Logger;
  /** What happened, provably. */
  readonly audit: AuditLog;
  /** A stream that takes lines of pino, or any lines, as structured records: `pino(options, logs.destination())`. */
  destination(): LineDestination;
  /** Finds records, newest first. @throws {LogError} `INVALID_QUERY`, `INVALID_CURSOR`, `INVALID_OPTION`. */
  search(query?: QueryInput, options?: SearchOptions): Search;
  /** Gives records as they are written, from now on, until the signal ends it. */
  follow(
    query?: QueryInput,
    options?: Pick<SearchOptions, 'streams' | 'signal' | 'principal'>,
  ): AsyncIterable<FoundRecord>;
  /** What was measured in a period: percentiles by name, in bounded memory. */
  measures(query?: QueryInput, options?: Pick<SearchOptions, 'fromMs' | 'toMs' | 'signal'>): Promise<MeasureStatistics>;
  /** Records as text, oldest first: NDJSON (default) or CSV, piece by piece. */
  export(query?: QueryInput, options?: ExportOptions): AsyncIterable<string>;
  /** Records in a new folder, sealed: `verifyBundle` verifies them elsewhere with the public key. @throws {LogError} `KEY_NEEDED`, `BUNDLE_EXISTS`. */
  seal(folder: string, query?: string, options?: SearchOptions): Promise<BundleManifest>;
  /** What there is, by stream. */
  stats(): Promise<readonly StreamStatistics[]>;
  /** Which files are no longer kept. */
  planClean(): Promise<CleanPlan>;
  /** Removes what a plan says. @throws {LogError} `AUDIT_DAMAGED`. */
  applyClean(plan: CleanPlan): Promise<void>;
  /** Compresses and indexes files that get no more lines. It happens by itself whenever a file has become full. */
  tidy(): Promise<void>;
  /** Writes what waits. @returns Whether all of it is written. Never rejects. */
  flush(): Promise<boolean>;
  /** Resolves when there is room for more records. */
  drained(): Promise<void>;
  readonly losses: LossReport;
  /** Writes what waits, signs where the audit log ends, and ends. */
  close(): Promise<void>;
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}
