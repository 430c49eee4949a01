import type { StreamName } from '../files/log-file.ts';

/** A record that was found. */
export interface FoundRecord {
  readonly stream: StreamName;
  /** ISO 8601, UTC; of a record without a time that of the one before it. */
  readonly time: string;
  /** `warn`, also where pino has written 40. */
  readonly level: string | undefined;
  /** Of a logger, an event or a span. */
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly tenant: string | undefined;
  /** All that stands in its line. A line that is no JSON object is its `msg`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The line as it is stored, without its end. */
  readonly line: string;
  readonly unparsable: boolean;
  /** Name of its file. */
  readonly file: string;
  /** Give it to a later search to go on after this record. */
  readonly cursor: string;
}

/** Where is searched, and how much is wanted. */
export interface SearchOptions {
  /** Milliseconds since 1970, inclusive. */
  readonly fromMs?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly toMs?: number | undefined;
  /** Default: `structured`; records of the audit log only where they are asked for. */
  readonly streams?: readonly StreamName[] | undefined;
  /** Default: `newest`, which comes first. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** No more records than this. */
  readonly limit?: number | undefined;
  /** Of the last record of an earlier search with the same order. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Who asks, for `authorize`, where the audit log is read. */
  readonly principal?: string | undefined;
}

/** What a search has done so far. */
export interface SearchReport {
  /** Files in the streams. */
  readonly files: number;
  /** Of these, those that were not read, since their index said that there is nothing. */
  readonly skipped: number;
  /** Records and lines that were looked at. */
  readonly records: number;
  /** Of these, lines that are no JSON objects. */
  readonly unparsable: number;
  /** Files that are damaged, or can't be read: what could be read of them was looked at. */
  readonly unreadable: readonly string[];
}

/** A search: iterate over it once. */
export interface Search extends AsyncIterable<FoundRecord> {
  /** What it has done so far. */
  readonly report: SearchReport;
}
