import type { RestoreItem } from './restore-item.ts';
import type { TempFile, TreeSink } from '../sink/contract.ts';

/** A file that is written in parts, by several threads. */
interface PartialFile {
  readonly temp: TempFile;
  left: number;
  failed: boolean;
}

/** Keeps count of the files that are made of several blobs: made when the first part comes, finished after the last. */
export class FileProgress {
  readonly #items: readonly RestoreItem[];
  readonly #sinkOf: (tree: number) => TreeSink;
  readonly #release: (item: RestoreItem, temp: TempFile) => void;
  readonly #files = new Map<number, PartialFile>();

  constructor(
    items: readonly RestoreItem[],
    sinkOf: (tree: number) => TreeSink,
    release: (item: RestoreItem, temp: TempFile) => void,
  ) {
    this.#items = items;
    this.#sinkOf = sinkOf;
    this.#release = release;
  }

  /** The temporary file of an item. */
  temp(file: number): TempFile {
    let partial = this.#files.get(file);
    if (partial === undefined) {
      const { tree, path, entry } = this.#items[file] as RestoreItem;
      partial = { temp: this.#sinkOf(tree).createTemp(path, entry.size), left: entry.content.length, failed: false };
      this.#files.set(file, partial);
    }
    return partial.temp;
  }

  /** Parts of a file are written, or have failed. @returns Whether the file is complete and in place. */
  done(file: number, parts: number, failed: boolean): boolean {
    const partial = this.#files.get(file);
    if (partial === undefined) return false;
    partial.left -= parts;
    partial.failed ||= failed;
    if (partial.left > 0) return false;
    this.#files.delete(file);
    const item = this.#items[file] as RestoreItem;
    this.#release(item, partial.temp);
    const sink = this.#sinkOf(item.tree);
    if (partial.failed) sink.dropTemp(item.path, partial.temp);
    else sink.finishTemp(item.path, partial.temp, item.entry);
    return !partial.failed;
  }

  /** Removes what is unfinished. */
  dropAll(): void {
    for (const [file, { temp }] of this.#files) {
      const { tree, path } = this.#items[file] as RestoreItem;
      this.#sinkOf(tree).dropTemp(path, temp);
    }
    this.#files.clear();
  }
}
