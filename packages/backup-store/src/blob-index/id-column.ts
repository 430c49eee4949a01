import { ID_BYTES } from '../pack/directory.ts';

const PIECE_BITS = 14;
/** Ids in a piece. */
const PIECE = 1 << PIECE_BITS;
/** Enough for a small repository, and little to make where there is none. */
const FIRST = 1 << 4;
const WORDS = ID_BYTES / 4;

interface Piece {
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly words: Uint32Array;
}

function newPiece(ids: number): Piece {
  const memory = new ArrayBuffer(ids * ID_BYTES);
  return { bytes: new Uint8Array(memory), words: new Uint32Array(memory) };
}

/** A growing list of blob ids. It grows a piece at a time, as a `Column` does; ids are compared four bytes at once. */
export class IdColumn {
  readonly #pieces: Piece[] = [newPiece(FIRST)];
  #length = 0;
  #open = this.#pieces[0] as Piece;

  get length(): number {
    return this.#length;
  }

  /** Appends the id that stands at `at` of `from`. */
  push(from: Uint8Array, at: number): void {
    const index = this.#length & (PIECE - 1);
    if (index === 0 && this.#length > 0) {
      this.#open = newPiece(PIECE);
      this.#pieces.push(this.#open);
    } else if (index * WORDS === this.#open.words.length) {
      const grown = newPiece(index * 2);
      grown.bytes.set(this.#open.bytes);
      this.#open = grown;
      this.#pieces[0] = grown;
    }
    const { bytes } = this.#open;
    const start = index * ID_BYTES;
    // A native copy would take longer to call than this takes.
    for (let i = 0; i < ID_BYTES; i++) bytes[start + i] = from[at + i] as number;
    this.#length++;
  }

  /** Id `number`: a view. */
  at(number: number): Uint8Array {
    const start = (number & (PIECE - 1)) * ID_BYTES;
    return (this.#pieces[number >>> PIECE_BITS] as Piece).bytes.subarray(start, start + ID_BYTES);
  }

  /** All ids in order, some at a time: views. */
  *pieces(): Generator<Int32Array, void, undefined> {
    for (const [i, { words }] of this.#pieces.entries()) {
      const ids = Math.min(PIECE, this.#length - i * PIECE);
      yield new Int32Array(words.buffer, 0, ids * WORDS);
    }
  }

  /** Where in a hash table id `number` belongs: 32 bits of it. Ids are spread evenly as they are. */
  hash(number: number): number {
    return (this.#pieces[number >>> PIECE_BITS] as Piece).words[(number & (PIECE - 1)) * WORDS] as number;
  }

  /** Whether two of the ids are the same. */
  same(a: number, b: number): boolean {
    return this.isAt(a, (this.#pieces[b >>> PIECE_BITS] as Piece).words, (b & (PIECE - 1)) * WORDS);
  }

  /** Whether id `number` is the one in the words from `at` on. */
  isAt(number: number, words: Uint32Array, at = 0): boolean {
    const own = (this.#pieces[number >>> PIECE_BITS] as Piece).words;
    const start = (number & (PIECE - 1)) * WORDS;
    return (
      own[start] === words[at] &&
      own[start + 1] === words[at + 1] &&
      own[start + 2] === words[at + 2] &&
      own[start + 3] === words[at + 3]
    );
  }
}
