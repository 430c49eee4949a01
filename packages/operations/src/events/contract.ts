/** How much an event matters. */
export type EventLevel = 'info' | 'warn' | 'error';

/** One thing that has happened, as all packages tell it: `noun.pastVerb`, with what is known about it. */
export interface OperationEvent {
  /** ISO 8601, UTC, by the clock of the machine that tells it. */
  readonly at: string;
  /** Such as `backup.created`, `backup.failed`, `restore.finished`, `deploy.rolledBack`, `access.denied`. */
  readonly name: string;
  readonly level: EventLevel;
  readonly tenant?: string | undefined;
  /** Who it was: an account of the application, or of the operating system. */
  readonly principal?: string | undefined;
  /** The machine it happened on. */
  readonly host?: string | undefined;
  /** What else is known, as JSON. Never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Which events are wanted. */
export interface EventQuery {
  /** Milliseconds since 1970, inclusive. Default: from the first one. */
  readonly fromMs?: number | undefined;
  /** Milliseconds since 1970, exclusive. Default: to the last one. */
  readonly toMs?: number | undefined;
  /** Names. Default: all. */
  readonly names?: readonly string[] | undefined;
  readonly tenant?: string | undefined;
}

/** Where events are kept: the audit log, or memory in tests. */
export interface EventBook {
  /** Adds an event, and returns when it is kept. */
  append(event: OperationEvent): Promise<void>;
  /** Oldest first. */
  read(query?: EventQuery): AsyncIterable<OperationEvent>;
}
