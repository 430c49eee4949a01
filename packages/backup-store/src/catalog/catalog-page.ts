import { BackupError } from '../errors.ts';
import type { Entry } from './entry.ts';
import { readLeafPage } from './leaf-page.ts';
import { type PageChild, type PageRef, readNodePage } from './node-page.ts';
import { comparePaths } from './path-order.ts';

/** Largest catalog page a reader accepts, in bytes. */
const MAX_PAGE_BYTES: number = 64 * 1024 * 1024;
const MAX_HEIGHT = 8;

/** Brings the plaintext of a page, checked against its digest. */
export type ReadPage = (page: PageRef) => Promise<Uint8Array>;

/** A page to be read. */
export interface ListedPage extends PageRef {
  /** What its parent says of it; absent for a top page. */
  readonly listed?: PageChild | undefined;
}

/** What a page holds: entries if it is a leaf, else the pages below it. Both in order. */
export type OpenedPage =
  | { readonly entries: Entry[]; readonly children?: undefined }
  | { readonly children: readonly ListedPage[]; readonly entries?: undefined };

/**
 * Reads one page.
 *
 * @throws {BackupError} `OBJECT_INVALID`, and what `readPage` throws.
 */
export async function openPage(page: ListedPage, readPage: ReadPage): Promise<OpenedPage> {
  if (page.height > MAX_HEIGHT || page.length > MAX_PAGE_BYTES) {
    throw new BackupError(
      'OBJECT_INVALID',
      `Expected a catalog page of height up to ${MAX_HEIGHT} and ${MAX_PAGE_BYTES} bytes, got ${page.height} and ${page.length}`,
    );
  }
  const what = `catalog page ${Buffer.from(page.sha256).toString('hex').slice(0, 16)}`;
  if (page.height === 0) {
    const entries = readLeafPage(await readPage(page), what);
    checkListed({ entries: entries.length, first: entries[0]?.path }, page.listed, what);
    return { entries };
  }
  const children = readNodePage(await readPage(page), page.height, what);
  const entries = children.reduce((sum, child) => sum + child.entries, 0);
  checkListed({ entries, first: children[0]?.first }, page.listed, what);
  return { children: children.map((child) => listedPage(child, page.height - 1)) };
}

const listedPage = (listed: PageChild, height: number): ListedPage => ({
  sha256: listed.sha256,
  length: listed.length,
  height,
  listed,
});

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

/** @throws {BackupError} `OBJECT_INVALID` unless a leaf that begins at `first` comes after `last`. */
export function checkOrder(last: Uint8Array | undefined, first: Uint8Array | undefined): void {
  if (last !== undefined && first !== undefined && comparePaths(last, first) >= 0) {
    throw new BackupError('OBJECT_INVALID', 'Expected the pages of a catalog in order of their paths');
  }
}
