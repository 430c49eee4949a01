import type { ArtifactEntry, ArtifactWork } from './model.ts';

/** Counts what is done, tells it, and ends the work when it is asked to. */
export class WorkProgress {
  readonly #work: ArtifactWork;
  readonly #total: { readonly totalEntries: number; readonly totalBytes: number };
  #entries = 0;
  #bytes = 0;

  constructor(entries: readonly ArtifactEntry[], work: ArtifactWork) {
    this.#work = work;
    this.#total = { totalEntries: entries.length, totalBytes: entries.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Counts a piece of content. Throws the reason of the signal when there is one. */
  add(bytes: number): void {
    this.#work.signal?.throwIfAborted();
    this.#bytes += bytes;
    this.#tell();
  }

  /** Counts an entry. */
  finished(): void {
    this.#entries++;
    this.#tell();
  }

  #tell(): void {
    this.#work.onProgress?.({ entries: this.#entries, bytes: this.#bytes, ...this.#total });
  }
}
