import { stat } from 'node:fs/promises';
import { wallClock } from '../clock.ts';

/** Pages of so many listings are remembered; of any others, their folders are read again. */
const LISTINGS = 4;
/** A folder that changed this shortly before it was read may have changed again without its times telling. */
const RACY_MS = 2000;

/** The names that were read of a folder, in order, and the folder's status then. */
export interface Listed {
  readonly names: readonly string[];
  /** Absent when a later change might not show in it, and for small folders. */
  readonly status: string | undefined;
}

/**
 * Names of the folders in which a page of a listing has ended, for its next page: without them a listing of a million objects
 * in one folder would read that folder a hundred times. They are for the page that goes on right there and for no other, and
 * only as long as the folder has not changed.
 */
export class ListedNames {
  readonly #pages = new Map<string, ReadonlyMap<string, Listed>>();

  /** What is remembered for the page after `after`, by folder. */
  take(prefix: string, after: string): ReadonlyMap<string, Listed> {
    const key = pageKey(prefix, after);
    const listed = this.#pages.get(key);
    this.#pages.delete(key);
    return listed ?? new Map<string, Listed>();
  }

  /** A page ended with the key `last`, in the last of these folders. */
  keep(prefix: string, last: string, listed: ReadonlyMap<string, Listed>): void {
    this.#pages.set(
      pageKey(prefix, last),
      new Map([...listed].filter(([folder, { status }]) => last.startsWith(folder) && status !== undefined)),
    );
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > LISTINGS && oldest !== undefined) this.#pages.delete(oldest);
  }

  /** This store has written to a folder: no need to trust its times, or those of the folders above it, which may be new. */
  forget(folder: string): void {
    for (const [page, listed] of this.#pages) {
      if ([...listed.keys()].some((each) => folder.startsWith(each))) this.#pages.delete(page);
    }
  }
}

const pageKey = (prefix: string, after: string): string => `${prefix} ${after}`;

/** A folder's status as text; `undefined` when the next change might leave it as it is. (The root may be a link to a folder.) */
export async function folderStatus(path: string): Promise<string | undefined> {
  const { dev, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const changedMs = Number((ctimeNs > mtimeNs ? ctimeNs : mtimeNs) / 1_000_000n);
  return wallClock() - changedMs < RACY_MS ? undefined : `${dev} ${ino} ${mtimeNs} ${ctimeNs}`;
}
