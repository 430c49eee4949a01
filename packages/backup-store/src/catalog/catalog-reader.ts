import { BackupError } from '../errors.ts';
import type { Entry } from './entry.ts';
import { readLeafPage } from './leaf-page.ts';
import { type PageChild, type PageRef, readNodePage } from './node-page.ts';
import { comparePaths, isWithin, mayHold } from './path-order.ts';

/** Largest catalog page a reader accepts, in bytes. */
const MAX_PAGE_BYTES: number = 64 * 1024 * 1024;
const MAX_HEIGHT = 8;

/** Brings the plaintext of a page, checked against its digest. */
export type ReadPage = (page: PageRef) => Promise<Uint8Array>;

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
    const first = leaf[0];
    if (last !== undefined && first !== undefined && comparePaths(last.path, first.path) >= 0) {
      throw new BackupError('OBJECT_INVALID', 'Expected the pages of a catalog in order of their paths');
    }
    last = leaf.at(-1) ?? last;
    const entries = within.length === 0 ? leaf : leaf.filter((entry) => isWithin(entry.path, within));
    if (entries.length > 0) yield entries;
  }
}

async function* leaves(
  page: PageRef,
  readPage: ReadPage,
  within: Uint8Array,
  listed?: PageChild,
): AsyncGenerator<Entry[], void, undefined> {
  if (page.height > MAX_HEIGHT || page.length > MAX_PAGE_BYTES) {
    throw new BackupError(
      'OBJECT_INVALID',
      `Expected a catalog page of height up to ${MAX_HEIGHT} and ${MAX_PAGE_BYTES} bytes, got ${page.height} and ${page.length}`,
    );
  }
  const what = `catalog page ${Buffer.from(page.sha256).toString('hex').slice(0, 16)}`;
  if (page.height === 0) {
    const entries = readLeafPage(await readPage(page), what);
    checkListed({ entries: entries.length, first: entries[0]?.path }, listed, what);
    yield entries;
    return;
  }
  const children = readNodePage(await readPage(page), page.height, what);
  const entries = children.reduce((sum, child) => sum + child.entries, 0);
  checkListed({ entries, first: children[0]?.first }, listed, what);
  const wanted = children.filter((child, i) => mayHold(child.first, children[i + 1]?.first, within));
  const refs = wanted.map(({ sha256, length }): PageRef => ({ sha256, length, height: page.height - 1 }));
  let ahead: Promise<Uint8Array> | undefined;
  for (const [i, ref] of refs.entries()) {
    const current = ahead ?? readPage(ref);
    const next = refs[i + 1];
    ahead = next === undefined ? undefined : readPage(next);
    // A failed prefetch is reported when its turn comes, if it does.
    ahead?.catch(() => undefined);
    const bytes = await current;
    const read: ReadPage = async (asked) => (asked === ref ? bytes : await readPage(asked));
    yield* leaves(ref, read, within, wanted[i]);
  }
}

/** Pages are passed over by what their parent says of them, so it must be so. */
function checkListed(
  page: { entries: number; first: Uint8Array | undefined },
  listed: PageChild | undefined,
  what: string,
): void {
  if (listed === undefined) return;
  const sameFirst = page.first !== undefined && comparePaths(page.first, listed.first) === 0;
  if (page.entries !== listed.entries || !sameFirst) {
    throw new BackupError('OBJECT_INVALID', `Expected ${what} to hold the entries that its parent lists, got others`, {
      object: what,
    });
  }
}

/** All pages of a catalog, top first, without reading the leaves' entries. */
export async function* catalogPages(top: PageRef, readPage: ReadPage): AsyncGenerator<PageRef, void, undefined> {
  yield top;
  if (top.height === 0) return;
  const children: PageChild[] = readNodePage(await readPage(top), top.height, 'catalog page');
  for (const child of children)
    yield* catalogPages({ sha256: child.sha256, length: child.length, height: top.height - 1 }, readPage);
}
