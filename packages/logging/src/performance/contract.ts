/** What is known of a span or a count beside its name. */
export interface MeasureFields {
  readonly tenant?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly [field: string]: unknown;
}

/** Something whose time is taken. */
export interface Span {
  /** Ends it once; later calls do nothing. @returns Its length in milliseconds. */
  end(fields?: MeasureFields): number;
  /** Ends it as failed. */
  fail(error: unknown, fields?: MeasureFields): number;
}

/** Takes times, and counts. */
export interface Meter {
  /** Runs something, and writes how long it took and whether it failed. Its result, or its failure, is passed on. */
  time<T>(name: string, run: () => T | Promise<T>, fields?: MeasureFields): Promise<T>;
  /** Begins a span that ends elsewhere. */
  span(name: string, fields?: MeasureFields): Span;
  /** Writes that something has happened `by` times. Default: once. */
  count(name: string, by?: number, fields?: MeasureFields): void;
}

/** What the spans of a name took, in a period. Milliseconds. */
export interface SpanStatistics {
  readonly name: string;
  readonly count: number;
  readonly failed: number;
  readonly minMs: number;
  readonly meanMs: number;
  readonly maxMs: number;
  /** Half of them took no longer. Percentiles are right to one percent of their value. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** How often something happened in a period. */
export interface CountStatistics {
  readonly name: string;
  readonly records: number;
  readonly sum: number;
}

/** What was measured in a period, by name. */
export interface MeasureStatistics {
  readonly spans: readonly SpanStatistics[];
  readonly counts: readonly CountStatistics[];
  /** Records of names beyond the first thousand: they are in none of the lists. */
  readonly left: number;
}
