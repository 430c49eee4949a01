import type { Clock } from '../clock.ts';
import type { HealthBook } from './book.ts';
import { dayOf } from './day-pages.ts';
import type { HealthPage, PageChange, PageCheck } from './page.ts';
import { addSpan, type HealthSpan } from './span.ts';
import type { NextStanding, Standing } from './standing.ts';

/** What a recorder works with. */
export interface RecorderParts {
  readonly book: HealthBook;
  readonly clock: Clock;
  readonly markMs: number;
  readonly keepMs: number;
  /** Is told once when writing fails, and not again before it has worked. */
  readonly onFailure: (error: unknown) => void;
}

/** What one look adds. */
export interface Recorded {
  readonly name: string;
  readonly kind: string;
  readonly next: NextStanding;
  /** The change, where there is one. */
  readonly change: PageChange | undefined;
}

/** Spans, and changes, of a check that wait for a store that does not answer; older ones are forgotten, and so are unknown. */
const MOST = 1000;

interface Waiting {
  kind: string;
  standing: Standing;
  spans: HealthSpan[];
  changes: PageChange[];
}

/** Writes what was seen, one page after the other: at once what has changed, and else now and then. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #waiting = new Map<string, Waiting>();
  #written: number | undefined;
  #tidied: string | undefined;
  #turn: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Takes a look. */
  async add({ name, kind, next, change }: Recorded): Promise<void> {
    const waiting: Waiting = this.#waiting.get(name) ?? { kind, standing: next.standing, spans: [], changes: [] };
    waiting.standing = next.standing;
    for (const span of next.spans) addSpan(waiting.spans, span);
    if (change !== undefined) waiting.changes.push(change);
    waiting.spans.splice(0, waiting.spans.length - MOST);
    waiting.changes.splice(0, waiting.changes.length - MOST);
    this.#waiting.set(name, waiting);
    const { clock, markMs } = this.#parts;
    this.#written ??= clock.monotonic();
    if (change !== undefined || clock.monotonic() - this.#written >= markMs) await this.flush().catch(() => undefined);
  }

  /** Writes what waits. @throws What the store says; it is tried again with the next page. */
  async flush(): Promise<void> {
    const turn = this.#turn.then(async () => this.#write());
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  async #write(): Promise<void> {
    const page = this.#take();
    if (page === undefined) return;
    try {
      await this.#parts.book.append(page);
    } catch (error) {
      this.#giveBack(page);
      this.#failed(error);
      throw error;
    }
    this.#hasFailed = false;
    this.#written = this.#parts.clock.monotonic();
    await this.#tidy();
  }

  /** Once a day. What can't be tidied now is tidied later. */
  async #tidy(): Promise<void> {
    const { book, clock, keepMs } = this.#parts;
    const day = dayOf(clock.now());
    if (this.#tidied === day) return;
    try {
      await book.tidy(clock.now(), keepMs);
      this.#tidied = day;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!this.#hasFailed) this.#parts.onFailure(error);
    this.#hasFailed = true;
  }

  /** What waits, as a page; `undefined` when nothing new was seen. */
  #take(): HealthPage | undefined {
    const all = [...this.#waiting].map(([name, { kind, standing, spans, changes }]): PageCheck => {
      return { name, kind, standing, spans, changes };
    });
    if (all.every(({ spans, changes }) => spans.length === 0 && changes.length === 0)) return undefined;
    for (const waiting of this.#waiting.values()) Object.assign(waiting, { spans: [], changes: [] });
    return { atMs: this.#parts.clock.now(), checks: all };
  }

  /** Puts back what could not be written, before what was seen meanwhile. */
  #giveBack({ checks }: HealthPage): void {
    for (const { name, spans, changes } of checks) {
      const waiting = this.#waiting.get(name);
      if (waiting === undefined) continue;
      const later = waiting.spans;
      waiting.spans = [...spans].slice(-MOST);
      for (const span of later) addSpan(waiting.spans, span);
      waiting.changes = [...changes, ...waiting.changes].slice(-MOST);
    }
  }
}
