import { checkOrder, type ListedPage, openPage, type ReadPage } from './catalog-page.ts';
import type { Entry } from './entry.ts';
import type { PageRef } from './node-page.ts';
import { comparePaths } from './path-order.ts';

const EMPTY = new Uint8Array(0);

/** A catalog and how its pages are read. */
export interface ReadableCatalog {
  readonly top: PageRef;
  readonly readPage: ReadPage;
}

/** What two catalogs have at one path. */
export interface EntryPair {
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

/**
 * Walks two catalogs side by side, in order. Pages that both have hold no difference and are not read, nor is what is below
 * them: what it takes follows from what has changed. Gives the pairs of all other pages, a few at a time, equal ones among them.
 *
 * @throws {BackupError} `OBJECT_INVALID`, and what reading pages throws.
 */
export async function* diffCatalogs(
  before: ReadableCatalog | undefined,
  after: ReadableCatalog | undefined,
): AsyncGenerator<EntryPair[], void, undefined> {
  const old = new CatalogCursor(before);
  const now = new CatalogCursor(after);
  for (;;) {
    const pairs = pairsUntilPage(old, now);
    if (pairs.length > 0) yield pairs;
    if (old.ended && now.ended) return;
    await openFirst(old, now);
  }
}

/** Merges what is open of both, and passes over pages that are the same, until a page must be opened. */
function pairsUntilPage(old: CatalogCursor, now: CatalogCursor): EntryPair[] {
  const pairs: EntryPair[] = [];
  for (;;) {
    if (old.page !== undefined && now.page !== undefined && Buffer.compare(old.page.sha256, now.page.sha256) === 0) {
      old.skip();
      now.skip();
      continue;
    }
    const order = comparePlaces(old, now);
    const left = order <= 0 ? old : undefined;
    const right = order >= 0 ? now : undefined;
    const isPage = left?.page !== undefined || right?.page !== undefined;
    if (isPage || (old.ended && now.ended)) return pairs;
    pairs.push({ before: left?.take(), after: right?.take() });
  }
}

/** Opens the page that comes first. Of two with one beginning the higher one, as the other may be in it; else both. */
async function openFirst(old: CatalogCursor, now: CatalogCursor): Promise<void> {
  const order = comparePlaces(old, now);
  const left = order <= 0 ? old.page : undefined;
  const right = order >= 0 ? now.page : undefined;
  const height = Math.max(left?.height ?? 0, right?.height ?? 0);
  await Promise.all([
    left?.height === height ? old.open() : undefined,
    right?.height === height ? now.open() : undefined,
  ]);
}

/** As {@link comparePaths}; what has ended is behind everything. */
function comparePlaces(a: CatalogCursor, b: CatalogCursor): number {
  if (a.ended || b.ended) return Number(a.ended) - Number(b.ended);
  return comparePaths(a.path, b.path);
}

/** A place in a catalog: at an entry of a leaf, or before a page that is not opened. */
class CatalogCursor {
  readonly #readPage: ReadPage | undefined;
  /** Pages that are still to come; the next one is the last. */
  readonly #pages: ListedPage[];
  #entries: readonly Entry[] = [];
  #at = 0;
  #last: Uint8Array | undefined;

  constructor(catalog: ReadableCatalog | undefined) {
    this.#readPage = catalog?.readPage;
    this.#pages = catalog === undefined ? [] : [catalog.top];
  }

  get ended(): boolean {
    return this.#at >= this.#entries.length && this.#pages.length === 0;
  }

  /** The page this is before. */
  get page(): ListedPage | undefined {
    return this.#at < this.#entries.length ? undefined : this.#pages.at(-1);
  }

  /** Path of the entry, or of the first one in the page. (Nothing comes before a top page.) */
  get path(): Uint8Array {
    return this.#entries[this.#at]?.path ?? this.#pages.at(-1)?.listed?.first ?? EMPTY;
  }

  take(): Entry | undefined {
    return this.#entries[this.#at++];
  }

  skip(): void {
    this.#pages.pop();
  }

  async open(): Promise<void> {
    const page = this.#pages.pop();
    if (page === undefined || this.#readPage === undefined) return;
    const { entries, children } = await openPage(page, this.#readPage);
    if (entries === undefined) {
      this.#pages.push(...children.toReversed());
      return;
    }
    checkOrder(this.#last, entries[0]?.path);
    this.#entries = entries;
    this.#at = 0;
    this.#last = entries.at(-1)?.path ?? this.#last;
  }
}
