import { type FindingCode, severityOf } from './finding-codes.ts';
import type { Finding, Verdict } from './inspection.ts';
import type { Severity } from './severity.ts';

const order: readonly Severity[] = ['note', 'unknown', 'suspicious', 'malicious'];

/** Collects what is found. All of it counts for the verdict; the first `limit` are kept. */
export class Findings {
  readonly #limit: number;
  readonly #kept: Finding[] = [];
  #count = 0;
  #worst: Severity = 'note';

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds one. `message` is a sentence without its dot; texts of the file in it are {@link quoted}. */
  add(
    code: FindingCode,
    message: string,
    place: { readonly offset: number; readonly part?: string | undefined },
  ): void {
    const severity = severityOf(code);
    this.#count += 1;
    if (order.indexOf(severity) > order.indexOf(this.#worst)) this.#worst = severity;
    // A bad one is told even when many harmless ones came first.
    if (this.#kept.length < this.#limit || (severity === 'malicious' && this.#kept.length < 2 * this.#limit)) {
      const part = place.part === undefined ? {} : { part: place.part };
      this.#kept.push({ code, severity, message, offset: place.offset, ...part });
    }
  }

  get kept(): readonly Finding[] {
    return this.#kept;
  }

  get count(): number {
    return this.#count;
  }

  get verdict(): Verdict {
    return this.#worst === 'note' ? 'clean' : this.#worst;
  }
}
