import { type AuditLog, StoredAuditLog } from '../audit/audit-log.ts';
import { auditRecord } from '../audit/audit-record.ts';
import { AuditWriter } from '../audit/audit-writer.ts';
import { LogError } from '../errors.ts';
import { type BundleManifest, writeBundle } from '../export/bundle.ts';
import { exportRecords } from '../export/export-records.ts';
import type { MeasureStatistics, MeasureFields, Meter, Span } from '../performance/contract.ts';
import { createMeter } from '../performance/meter.ts';
import { measureStatistics } from '../performance/statistics.ts';
import type { FoundRecord, Search, SearchOptions } from '../search/contract.ts';
import { followFiles } from '../search/follow.ts';
import { parseQuery } from '../search/parse-query.ts';
import { ALL, type Query } from '../search/query.ts';
import { searchFiles } from '../search/search.ts';
import type { LineDestination, Logger } from '../structured/contract.ts';
import { LineSink } from '../structured/line-sink.ts';
import { createLogger } from '../structured/logger.ts';
import { applyClean } from '../upkeep/apply-clean.ts';
import { type CleanPlan, planClean } from '../upkeep/clean-plan.ts';
import { logStatistics, type StreamStatistics } from '../upkeep/stats.ts';
import type { ExportOptions, Logs, LossReport, QueryInput } from './contract.ts';
import { type LogsOptions, type ReadyOptions, readyOptions } from './options.ts';
import { WrittenStreams } from './streams.ts';

const FOLLOW_MS = 250;

/**
 * Opens the logs of a folder, to write and to read them. Nothing is written before the first record. Several processes may have the same folder open.
 *
 * @throws {LogError} `INVALID_OPTION`.
 * @example
 * ```ts
 * import { openLogs } from '@x/logging';
 *
 * await using logs = await openLogs({ directory: 'logs' });
 * const log = logs.logger.child({ name: 'booking', tenant: 'hotel-a' });
 * log.info('room booked', { room: 12 });
 * await logs.audit.append({ name: 'booking.created', tenant: 'hotel-a', principal: 'ada', details: { room: 12 } });
 * await logs.time('invoice', async () => log.debug('nothing to do'), { tenant: 'hotel-a' });
 * await logs.flush();
 * for await (const { time, message } of logs.search('tenant=hotel-a level>=info room')) console.log(time, message);
 * ```
 */
export async function openLogs(options: LogsOptions): Promise<Logs> {
  return new StoredLogs(readyOptions(options));
}

function queryOf(query: QueryInput | undefined): Query {
  if (query === undefined) return ALL;
  return typeof query === 'string' ? parseQuery(query) : query;
}

class StoredLogs implements Logs {
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly #options: ReadyOptions;
  readonly #streams: WrittenStreams;
  readonly #auditWriter: AuditWriter;
  readonly #audit: StoredAuditLog;
  readonly #meter: Meter;
  readonly #onExit: () => void;

  constructor(options: ReadyOptions) {
    const { directory, clock, host, rules, level, signingKey, origin, maxFileBytes } = options;
    this.#options = options;
    const streams = new WrittenStreams(options);
    this.#streams = streams;
    this.logger = createLogger((parts) => streams.add(streams.structured, streams.lineOf(parts)), rules, level);
    this.#meter = createMeter((at, fields) => {
      streams.add(streams.performance, streams.lineOf({ level: at, bound: {}, fields, message: undefined }));
    }, clock);
    const now = (): number => clock.now();
    this.#auditWriter = new AuditWriter({ directory, origin, now, maxFileBytes, onClosed: () => void streams.tidy() });
    this.#audit = new StoredAuditLog({
      directory,
      writer: this.#auditWriter,
      rules,
      now,
      host,
      privateKey: signingKey,
      mayRead: async (by, tenant) => options.authorize({ action: 'audit.read', by, tenant }),
      onError: (error) => streams.tell(error),
    });
    this.audit = this.#audit;
    this.#onExit = () => {
      streams.structured.writeNow();
      streams.performance.writeNow();
    };
    process.once('exit', this.#onExit);
  }

  time<T>(name: string, run: () => T | Promise<T>, fields?: MeasureFields): Promise<T> {
    return this.#meter.time(name, run, fields);
  }

  span(name: string, fields?: MeasureFields): Span {
    return this.#meter.span(name, fields);
  }

  count(name: string, by?: number, fields?: MeasureFields): void {
    this.#meter.count(name, by, fields);
  }

  destination(): LineDestination {
    const { structured } = this.#streams;
    const target = {
      add: (line: string) => this.#streams.add(structured, line),
      drained: async () => structured.drained(),
    };
    return new LineSink(target, this.#options.rules, () => this.#options.clock.now());
  }

  search(query?: QueryInput, options: SearchOptions = {}): Search {
    const search = searchFiles(this.#options.directory, queryOf(query), options);
    if (options.streams?.includes('audit') !== true) return search;
    const allowed = async (): Promise<void> => this.#mayRead(options.principal);
    return {
      report: search.report,
      async *[Symbol.asyncIterator]() {
        await allowed();
        yield* search;
      },
    };
  }

  async #mayRead(by: string | undefined): Promise<void> {
    await this.#options.authorize({ action: 'audit.read', by, tenant: undefined });
  }

  async *follow(
    query?: QueryInput,
    options: Pick<SearchOptions, 'streams' | 'signal' | 'principal'> = {},
  ): AsyncGenerator<FoundRecord> {
    const { streams = ['structured'], signal, principal } = options;
    if (streams.includes('audit')) await this.#mayRead(principal);
    yield* followFiles(this.#options.directory, queryOf(query), { streams, signal, everyMs: FOLLOW_MS });
  }

  async measures(
    query?: QueryInput,
    options: Pick<SearchOptions, 'fromMs' | 'toMs' | 'signal'> = {},
  ): Promise<MeasureStatistics> {
    return measureStatistics(this.search(query, { ...options, streams: ['performance'], order: 'oldest' }));
  }

  async *export(query?: QueryInput, { format = 'ndjson', ...options }: ExportOptions = {}): AsyncGenerator<string> {
    yield* exportRecords(this.search(query, { order: 'oldest', ...options }), format);
  }

  async seal(folder: string, query = '', options: SearchOptions = {}): Promise<BundleManifest> {
    const { signingKey, host, clock } = this.#options;
    if (signingKey === undefined) {
      throw new LogError('KEY_NEEDED', 'Expected a key to seal the records with, got none', {
        hint: 'Open the logs with `signingKey`, an Ed25519 key: holdfast integrity keygen makes one.',
      });
    }
    const { streams = ['structured'], fromMs, toMs } = options;
    const iso = (ms: number | undefined): string | undefined =>
      ms === undefined ? undefined : new Date(ms).toISOString();
    const records = this.search(query, { order: 'oldest', ...options });
    const checkpoint = streams.includes('audit') ? await this.audit.checkpoint() : undefined;
    const made = new Date(clock.now()).toISOString();
    const said = { made, host, query, from: iso(fromMs), to: iso(toMs), streams, checkpoint };
    return writeBundle(folder, { ...said, records, privateKey: signingKey });
  }

  async stats(): Promise<readonly StreamStatistics[]> {
    return logStatistics(this.#options.directory);
  }

  async planClean(): Promise<CleanPlan> {
    const { directory, clock, days } = this.#options;
    return planClean(directory, { nowMs: clock.now(), days });
  }

  async applyClean(plan: CleanPlan): Promise<void> {
    const { directory, rules, clock, host } = this.#options;
    // The list of files must be whole, however long it is.
    const whole = { ...rules, maxRecordBytes: Infinity, maxMembers: Infinity };
    await applyClean(directory, plan, {
      writer: this.#auditWriter,
      record: (name, details) => auditRecord({ name, details }, { rules: whole, host, nowMs: clock.now() }),
    });
  }

  async tidy(): Promise<void> {
    await this.#streams.tidy();
  }

  async flush(): Promise<boolean> {
    const { structured, performance } = this.#streams;
    const written = await Promise.all([structured.flush(), performance.flush()]);
    return written.every(Boolean);
  }

  async drained(): Promise<void> {
    const { structured, performance } = this.#streams;
    await Promise.all([structured.drained(), performance.drained()]);
  }

  get losses(): LossReport {
    const { structured, performance } = this.#streams;
    return { lost: structured.lost + performance.lost, failing: structured.failures + performance.failures > 0 };
  }

  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    await this.#audit.close();
    await this.#streams.close();
    await this.#auditWriter.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
