import { IntegrityError } from '../errors.ts';
import { shown } from './archive-failure.ts';

/** What an archive may have at most. */
export interface ZipLimits {
  /** Files and folders. Default: 1,000,000. */
  readonly entries?: number | undefined;
  /** Bytes of all files when extracted. Default: 16 GiB. */
  readonly bytes?: number | undefined;
  /** Bytes that one byte of a compressed file may become; counts for files of more than 1 MiB. Default: 200. */
  readonly ratio?: number | undefined;
}

/** Small files of blanks or zeros shrink a thousandfold without meaning harm. */
const RATIO_COUNTS_FROM = 1 << 20;

/** What an entry takes. */
export interface EntrySize {
  readonly path: string;
  /** Bytes when extracted. */
  readonly size: number;
  readonly compressedSize: number;
}

/** Adds up what the entries of an archive take. */
export class LimitCheck {
  readonly #limits: { readonly [name in keyof ZipLimits]-?: number };
  #entries = 0;
  #bytes = 0;

  /** @throws {IntegrityError} `INVALID_OPTION`. */
  constructor({ entries = 1_000_000, bytes = 16 * 2 ** 30, ratio = 200 }: ZipLimits = {}) {
    this.#limits = { entries, bytes, ratio };
    for (const [name, value] of Object.entries(this.#limits)) {
      if (value > 0) continue;
      throw new IntegrityError('INVALID_OPTION', `Expected limits.${name} to be above 0, got ${shown(value)}`);
    }
  }

  /** @throws {IntegrityError} `TOO_LARGE`. */
  add({ path, size, compressedSize }: EntrySize): void {
    this.#entries++;
    this.#bytes += size;
    const { entries, bytes, ratio } = this.#limits;
    if (this.#entries > entries) throw tooLarge('entries', `at most ${entries} entries, got more`);
    if (this.#bytes > bytes) throw tooLarge('bytes', `at most ${bytes} bytes, got more with ${shown(path)}`);
    if (size > RATIO_COUNTS_FROM && size > compressedSize * ratio) {
      throw tooLarge('ratio', `at most ${ratio} bytes for each compressed one, got more in ${shown(path)}`);
    }
  }
}

function tooLarge(limit: string, message: string): IntegrityError {
  return new IntegrityError('TOO_LARGE', `Expected ${message}`, {
    hint: `If you know where it comes from, raise limits.${limit}.`,
  });
}
