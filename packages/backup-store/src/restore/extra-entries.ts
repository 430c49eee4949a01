import type { Entry } from '../catalog/entry.ts';
import { isWithin } from '../catalog/path-order.ts';
import { joinPath } from '../run/display-path.ts';
import type { TreeSink } from '../sink/contract.ts';
import type { KeptPlaces } from './kept-places.ts';
import { isForbidden } from './entry-failure.ts';
import type { RestoreItem } from './restore-item.ts';

/** Reasons to keep what is not in the snapshot. */
export const IN_USE = 'the repository or its cache is there';
const UNKNOWN = 'the snapshot is partial: this may be what could not be read';

interface OpenFolder {
  readonly entry: Entry;
  /** Names that the snapshot has in it, one character a byte. */
  readonly names: Set<string>;
  watched: boolean;
}

/**
 * Finds what is in restored folders and not in the snapshot, for `delete`. The snapshot's entries come in order, so
 * only the folders above the current one are held.
 */
export class ExtraEntries {
  readonly #sink: TreeSink;
  readonly #tree: number;
  readonly #prefix: Buffer;
  readonly #items: RestoreItem[];
  readonly #kept: KeptPlaces;
  readonly #isPartial: boolean;
  readonly #wants: (path: Uint8Array, isDirectory: boolean) => boolean;
  readonly #open: OpenFolder[] = [];

  /** @param parts `isPartial`: what the snapshot lacks may have been there, so nothing is removed for it. `wants`: whether the
   * restore is about this path of the source at all. */
  constructor(parts: {
    sink: TreeSink;
    tree: number;
    prefix: Buffer;
    items: RestoreItem[];
    kept: KeptPlaces;
    isPartial: boolean;
    wants: (path: Uint8Array, isDirectory: boolean) => boolean;
  }) {
    this.#sink = parts.sink;
    this.#tree = parts.tree;
    this.#prefix = parts.prefix;
    this.#items = parts.items;
    this.#kept = parts.kept;
    this.#isPartial = parts.isPartial;
    this.#wants = parts.wants;
  }

  /** The next entry of the snapshot, chosen or not. */
  enter(entry: Entry): void {
    while (this.#open.length > 0 && !isWithin(entry.path, (this.#open.at(-1) as OpenFolder).entry.path)) this.#close();
    const parent = this.#open.at(-1);
    parent?.names.add(lastName(entry.path));
    if (entry.kind === 'directory') this.#open.push({ entry, names: new Set(), watched: false });
  }

  /** This folder (the entry just entered) is restored and exists: look for what is too much in it. */
  watch(entry: Entry): void {
    const folder = this.#open.at(-1);
    if (folder?.entry === entry) folder.watched = true;
  }

  end(): void {
    while (this.#open.length > 0) this.#close();
  }

  /** Names in a folder; none where it may not be listed: then nothing in it is deleted either. */
  #names(path: Buffer): Buffer[] {
    try {
      return this.#sink.list(path);
    } catch (error) {
      if (isForbidden(error)) return [];
      throw error;
    }
  }

  #close(): void {
    const folder = this.#open.pop();
    if (folder?.watched !== true) return;
    const path = joinPath(this.#prefix, folder.entry.path);
    for (const name of this.#names(path)) {
      if (folder.names.has(name.toString('latin1'))) continue;
      const extra = joinPath(path, name);
      const found = this.#sink.lstat(extra);
      if (found === undefined) continue;
      if (!this.#wants(joinPath(folder.entry.path, name), found.kind === 'directory')) continue;
      const { kind, mode, uid, gid, mtimeNs, size } = found;
      const reason = this.#kept.touch(extra) ? IN_USE : this.#isPartial ? UNKNOWN : undefined;
      this.#items.push({
        action: reason === undefined ? 'delete' : 'keep',
        reason,
        tree: this.#tree,
        path: extra,
        entry: { path: extra, kind, mode, uid, gid, mtimeNs, size, content: [] },
        found,
      });
    }
  }
}

function lastName(path: Buffer): string {
  return path.subarray(path.lastIndexOf(47) + 1).toString('latin1');
}
