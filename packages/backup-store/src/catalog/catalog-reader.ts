import { checkOrder, type ListedPage, openPage, type ReadPage } from './catalog-page.ts';
import type { Entry } from './entry.ts';
import { type PageChild, type PageRef, readNodePage } from './node-page.ts';
import { isWithin, mayHold } from './path-order.ts';

/** What to read of a catalog. */
export interface CatalogRange {
  /** Only this path and what is below it. Default: all. */
  readonly within?: Uint8Array | undefined;
}

/**
 * Reads a catalog in order, a leaf at a time (so that callers need not await each entry). Pages that hold nothing
 * of the range are not fetched; the next page is fetched while one is worked on.
 *
 * @throws {BackupError} `OBJECT_INVALID`, and what `readPage` throws.
 */
export async function* readCatalog(
  top: PageRef,
  readPage: ReadPage,
  range: CatalogRange = {},
): AsyncGenerator<Entry[], void, undefined> {
  const within = range.within ?? new Uint8Array(0);
  let last: Entry | undefined;
  for await (const leaf of leaves(top, readPage, within)) {
    checkOrder(last?.path, leaf[0]?.path);
    last = leaf.at(-1) ?? last;
    const entries = within.length === 0 ? leaf : leaf.filter((entry) => isWithin(entry.path, within));
    if (entries.length > 0) yield entries;
  }
}

async function* leaves(
  page: ListedPage,
  readPage: ReadPage,
  within: Uint8Array,
): AsyncGenerator<Entry[], void, undefined> {
  const { entries, children = [] } = await openPage(page, readPage);
  if (entries !== undefined) yield entries;
  yield* inAdvance(pagesWithin(children, within), readPage, (child, read) => leaves(child, read, within));
}

/** Those of a page's children that may hold something of a path or of what is below it. */
export function pagesWithin(children: readonly ListedPage[], path: Uint8Array | undefined): readonly ListedPage[] {
  if (path === undefined || path.length === 0) return children;
  return children.filter(({ listed }, i) => mayHold((listed as PageChild).first, children[i + 1]?.listed?.first, path));
}

/** Walks pages one after the other; the next one is fetched while one is worked on. */
export async function* inAdvance<T>(
  pages: readonly ListedPage[],
  readPage: ReadPage,
  walk: (page: ListedPage, readPage: ReadPage) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  let ahead: Promise<Uint8Array> | undefined;
  for (const [i, page] of pages.entries()) {
    const current = ahead ?? readPage(page);
    const next = pages[i + 1];
    ahead = next === undefined ? undefined : readPage(next);
    // A failed prefetch is reported when its turn comes, if it does.
    ahead?.catch(() => undefined);
    const bytes = await current;
    yield* walk(page, async (asked) => (asked === page ? bytes : await readPage(asked)));
  }
}

/** All pages of a catalog, top first, without reading the leaves' entries. */
export async function* catalogPages(top: PageRef, readPage: ReadPage): AsyncGenerator<PageRef, void, undefined> {
  yield top;
  if (top.height === 0) return;
  for (const child of readNodePage(await readPage(top), top.height, 'catalog page'))
    yield* catalogPages({ sha256: child.sha256, length: child.length, height: top.height - 1 }, readPage);
}
