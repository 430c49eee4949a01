import { inAdvance, pagesWithin } from '../catalog/catalog-reader.ts';
import { type ListedPage, openPage, type ReadPage } from '../catalog/catalog-page.ts';
import type { Entry } from '../catalog/entry.ts';

/** Most of what a {@link PageMatches} keeps: entries, and pages without any. Some tens of megabytes. */
const MAX_KEPT = 100_000;
/** Pages with more matches than this are not kept: to list them takes longer than to read the page. */
const MAX_PAGE = 10_000;

interface Kept<T> {
  readonly matches: readonly T[];
  /** Number of the round it was last of use in. */
  round: number;
}

/** What is looked for, and in what. */
export interface Search<T> {
  /** What else than the page decides about matches, such as the path of its source. */
  readonly key: string;
  readonly readPage: ReadPage;
  /** Nothing elsewhere can match. Follows from the key. Default: no such path. */
  readonly within?: Uint8Array | undefined;
  /** What becomes of an entry; `undefined` unless it matches. */
  readonly match: (entry: Entry) => T | undefined;
}

/**
 * Matches in catalogs, page by page. What was found in a page, or in all pages below it, is kept for other catalogs that have
 * the same page: neighbouring snapshots share most of theirs. When there is no more room, pages that were of no use in the last
 * two rounds make it; there is one round for each snapshot.
 */
export class PageMatches<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #limit: number;
  #size = 0;
  #round = 0;

  constructor(limit: number = MAX_KEPT) {
    this.#limit = limit;
  }

  nextRound(): void {
    this.#round++;
  }

  /** Finds all matches in a catalog, in order, some at a time. @throws {BackupError} `OBJECT_INVALID`. */
  in(top: ListedPage, search: Search<T>): AsyncGenerator<readonly T[], void, undefined> {
    return this.#inPage(top, search, search.readPage);
  }

  async *#inPage(
    page: ListedPage,
    search: Search<T>,
    readPage: ReadPage,
  ): AsyncGenerator<readonly T[], void, undefined> {
    const key = keyOf(page, search);
    const kept = this.#use(key);
    if (kept !== undefined) {
      yield kept;
      return;
    }
    const { entries, children = [] } = await openPage(page, readPage);
    if (entries !== undefined) {
      const matches = entries.flatMap((entry) => search.match(entry) ?? []);
      this.#keep(key, matches);
      yield matches;
      return;
    }
    const below: T[] = [];
    for await (const matches of this.#inPages(pagesWithin(children, search.within), search)) {
      yield matches;
      if (below.length <= MAX_PAGE) for (const match of matches) below.push(match);
    }
    this.#keep(key, below);
  }

  /** Runs of pages that are known are not fetched; the others are, one in advance. */
  async *#inPages(pages: readonly ListedPage[], search: Search<T>): AsyncGenerator<readonly T[], void, undefined> {
    let unknown: ListedPage[] = [];
    const walk = (page: ListedPage, read: ReadPage): AsyncGenerator<readonly T[], void, undefined> =>
      this.#inPage(page, search, read);
    for (const page of pages) {
      const known = this.#use(keyOf(page, search));
      if (known === undefined) {
        unknown.push(page);
        continue;
      }
      yield* inAdvance(unknown, search.readPage, walk);
      unknown = [];
      yield known;
    }
    yield* inAdvance(unknown, search.readPage, walk);
  }

  #use(key: string): readonly T[] | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    kept.round = this.#round;
    // The last one used is the last one in order.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.matches;
  }

  #keep(key: string, matches: readonly T[]): void {
    if (matches.length > MAX_PAGE || this.#kept.has(key)) return;
    for (const [oldest, kept] of this.#kept) {
      if (this.#size + matches.length + 1 <= this.#limit || kept.round >= this.#round - 1) break;
      this.#kept.delete(oldest);
      this.#size -= kept.matches.length + 1;
    }
    if (this.#size + matches.length + 1 > this.#limit) return;
    this.#kept.set(key, { matches, round: this.#round });
    this.#size += matches.length + 1;
  }
}

const keyOf = (page: ListedPage, { key }: { readonly key: string }): string =>
  `${Buffer.from(page.sha256).toString('latin1')}${key}`;
