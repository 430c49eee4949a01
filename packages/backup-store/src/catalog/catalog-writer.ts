import { createHash } from 'node:crypto';

import { sha256 as digestOf } from '../bytes/sha256.ts';
import { ContentDigest } from './content-digest.ts';
import type { Entry } from './entry.ts';
import { LeafPageBuilder } from './leaf-page.ts';
import { encodeNodePage, type PageChild, type PageRef } from './node-page.ts';

/** Leaves end after about 1 of this many entries (a power of two), so that a change moves no border but its own. */
const LEAF_AVERAGE = 512;
const LEAF_MIN = 64;
const LEAF_MAX_ENTRIES = 4096;
const LEAF_MAX_BYTES = 512 * 1024;
const NODE_AVERAGE = 128;
const NODE_MIN = 16;
const NODE_MAX = 1024;

/** What a catalog comes to. */
export interface FinishedCatalog {
  readonly top: PageRef;
  readonly entries: number;
  /** SHA-256 over the SHA-256 of all leaves in order. */
  readonly treeSha256: Buffer;
  /** See {@link ContentDigest}; absent when the content of a file is not known. */
  readonly contentSha256: Buffer | undefined;
}

/** FNV-1a (Fowler, Noll, Vo) over a path; decides where leaves end. */
function pathHash(path: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ (path[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Turns entries, in catalog order, into a tree of pages. Each page is given to `store` once it is full. */
export class CatalogWriter {
  readonly #store: (page: Buffer, sha256: Buffer) => void;
  readonly #leaf = new LeafPageBuilder();
  readonly #levels: PageChild[][] = [];
  readonly #tree = createHash('sha256');
  readonly #content = new ContentDigest();
  #entries = 0;

  constructor(store: (page: Buffer, sha256: Buffer) => void) {
    this.#store = store;
  }

  add(entry: Entry): void {
    this.#leaf.add(entry);
    this.#content.add(entry);
    this.#entries++;
    const { count, bytes } = this.#leaf;
    const border = count >= LEAF_MIN && (pathHash(entry.path) & (LEAF_AVERAGE - 1)) === 0;
    if (border || count >= LEAF_MAX_ENTRIES || bytes >= LEAF_MAX_BYTES) this.#endLeaf();
  }

  #put(page: Buffer): Buffer {
    const digest = digestOf(page);
    this.#store(page, digest);
    return digest;
  }

  #endLeaf(): void {
    const { count: entries, first } = this.#leaf;
    const page = this.#leaf.finish();
    const digest = this.#put(page);
    this.#tree.update(digest);
    this.#addChild(0, { sha256: digest, length: page.length, entries, first: Buffer.from(first) });
  }

  #addChild(level: number, child: PageChild): void {
    const children = (this.#levels[level] ??= []);
    children.push(child);
    const border = children.length >= NODE_MIN && ((child.sha256[31] as number) & (NODE_AVERAGE - 1)) === 0;
    if (border || children.length >= NODE_MAX) this.#endNode(level);
  }

  #endNode(level: number): void {
    const children = this.#levels[level] as PageChild[];
    this.#levels[level] = [];
    const page = encodeNodePage(level + 1, children);
    const entries = children.reduce((sum, child) => sum + child.entries, 0);
    const first = (children[0] as PageChild).first;
    this.#addChild(level + 1, { sha256: this.#put(page), length: page.length, entries, first });
  }

  /** Ends all open pages and returns the top one. */
  finish(): FinishedCatalog {
    if (this.#leaf.count > 0 || this.#entries === 0) this.#endLeaf();
    for (let level = 0; ; level++) {
      const children = this.#levels[level] as PageChild[];
      const above = this.#levels.slice(level + 1).some((open) => open.length > 0);
      if (!above && children.length === 1) {
        const { sha256: digest, length } = children[0] as PageChild;
        return {
          top: { sha256: digest, length, height: level },
          entries: this.#entries,
          treeSha256: this.#tree.digest(),
          contentSha256: this.#content.digest(),
        };
      }
      if (children.length > 0) this.#endNode(level);
    }
  }
}
