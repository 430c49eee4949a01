import type { ScanItem } from '../source/walk.ts';

/** So little is read within a fraction of a second: time for the next backup to begin. */
const LITTLE_BYTES = 64 * 1024 * 1024;

/** Knows, once a source was scanned to its end, how much of it is left to read, and tells when that is little. */
export class LeftToRead {
  readonly #tell: () => void;
  #bytes = 0;
  #isScanned = false;

  constructor(tell: () => void = () => undefined) {
    this.#tell = tell;
  }

  /** The scan is at its end, and has found this much. */
  scanned(bytes: number): void {
    this.#bytes += bytes;
    this.#isScanned = true;
    this.#look();
  }

  /** An entry is read next. */
  take(item: ScanItem): void {
    if (!('entry' in item) || item.entry.kind !== 'file') return;
    this.#bytes -= item.entry.size;
    this.#look();
  }

  #look(): void {
    if (this.#isScanned && this.#bytes <= LITTLE_BYTES) this.#tell();
  }
}
