/** How many keys the first database of an RDB file has, as the file says it before them. */
export interface RdbFirst {
  readonly database: number;
  readonly keys: number;
  /** Of these, keys with a time at which they end. */
  readonly expiring: number;
}

const OP = { aux: 0xfa, resize: 0xfb, database: 0xfe, end: 0xff, functions: 0xf5 } as const;
const MAGIC_BYTES = 9;

/**
 * Reads the beginning of an RDB file (`src/rdb.c` of Redis: `rdbLoadRioWithLoadingCtx`, `rdbLoadLen`).
 *
 * @returns `empty` for a file without keys; `undefined` when the beginning does not say it.
 */
export function rdbFirst(head: Buffer): RdbFirst | 'empty' | undefined {
  try {
    const reader = new HeadReader(head.subarray(MAGIC_BYTES));
    let database: number | undefined;
    for (;;) {
      const op = reader.byte();
      if (op === OP.end) return 'empty';
      // Its name, and its value.
      if (op === OP.aux) reader.skipText();
      if (op === OP.aux || op === OP.functions) reader.skipText();
      else if (op === OP.database) database = reader.length();
      else if (op === OP.resize && database !== undefined)
        return { database, keys: reader.length(), expiring: reader.length() };
      else return undefined;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class HeadReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  /** The two high bits say how a length is written. @throws {RangeError} for what is none, and behind the end. */
  length(): number {
    const first = this.byte();
    const kind = first >> 6;
    if (kind === 0) return first;
    if (kind === 1) return ((first & 0x3f) << 8) | this.byte();
    const bytes = first === 0x80 ? 4 : first === 0x81 ? 8 : 0;
    if (bytes === 0) throw new RangeError('no length');
    const at = this.#at;
    this.#at += bytes;
    return bytes === 4 ? this.#bytes.readUInt32BE(at) : Number(this.#bytes.readBigUInt64BE(at));
  }

  /** A text, which may be a number of 1, 2 or 4 bytes. */
  skipText(): void {
    const first = this.#bytes.readUInt8(this.#at);
    if (first >> 6 !== 3) {
      const length = this.length();
      this.#at += length;
      return;
    }
    const kind = first & 0x3f;
    if (kind > 2) throw new RangeError('compressed');
    this.#at += 1 + 2 ** kind;
  }
}
