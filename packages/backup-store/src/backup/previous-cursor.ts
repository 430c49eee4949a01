import type { Entry } from '../catalog/entry.ts';
import { comparePaths } from '../catalog/path-order.ts';
import type { CachedEntry, ScanCache } from '../source/scan-cache.ts';

/** An entry of the previous snapshot and what the scan cache knows of it. */
export interface PreviousEntry {
  readonly entry: Entry;
  readonly cached: CachedEntry | undefined;
}

/** Walks the previous catalog beside a scan: both are in the same order, so one page of it is enough memory. */
export class PreviousCursor {
  readonly #pages: AsyncIterator<Entry[]>;
  readonly #cache: ScanCache;
  #page: readonly Entry[] = [];
  #at = 0;
  #position = 0;
  #ended = false;
  /** Entries passed over: they are gone. */
  removed = 0;

  constructor(pages: AsyncIterable<Entry[]>, cache: ScanCache) {
    this.#pages = pages[Symbol.asyncIterator]();
    this.#cache = cache;
  }

  /** Whether {@link seek} needs {@link more} first. */
  needsMore(): boolean {
    return this.#at >= this.#page.length && !this.#ended;
  }

  /** Fetches the next page. */
  async more(): Promise<void> {
    const next = await this.#pages.next();
    this.#ended = next.done === true;
    this.#page = next.done === true ? [] : next.value;
    this.#at = 0;
  }

  /** The previous entry of this path; `more` when the page has ended before it can be told. */
  seek(path: Uint8Array): PreviousEntry | 'absent' | 'more' {
    for (; this.#at < this.#page.length; this.#at++, this.#position++) {
      const entry = this.#page[this.#at] as Entry;
      const order = comparePaths(entry.path, path);
      if (order > 0) return 'absent';
      if (order === 0) {
        const cached = this.#cache.at(this.#position, path);
        this.#at++;
        this.#position++;
        return { entry, cached };
      }
      this.removed++;
    }
    return this.#ended ? 'absent' : 'more';
  }

  /** Passes over the rest. */
  async finish(): Promise<void> {
    for (;;) {
      this.removed += this.#page.length - this.#at;
      this.#at = this.#page.length;
      if (this.#ended) return;
      await this.more();
    }
  }
}
