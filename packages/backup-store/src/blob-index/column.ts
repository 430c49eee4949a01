type Numbers = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

const PIECE_BITS = 14;
/** Numbers in a piece. */
const PIECE = 1 << PIECE_BITS;
/** 64 bytes at most: an array of that size lies beside its object, and costs next to nothing. */
const FIRST = 1 << 4;

/**
 * A growing list of numbers in typed arrays. It grows a piece at a time: nothing is moved, so there are never two copies of
 * it in memory, and at most one piece is not full. (Only the first begins small, for the many lists that stay so.)
 */
export class Column<T extends Numbers> {
  readonly #pieces: T[] = [];
  readonly #type: new (length: number) => T;
  #length = 0;
  #open: T;

  constructor(type: new (length: number) => T) {
    this.#type = type;
    this.#open = new type(FIRST);
    this.#pieces.push(this.#open);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length & (PIECE - 1);
    if (at === 0 && this.#length > 0) {
      this.#open = new this.#type(PIECE);
      this.#pieces.push(this.#open);
    } else if (at === this.#open.length) {
      const grown = new this.#type(at * 2);
      grown.set(this.#open);
      this.#open = grown;
      this.#pieces[0] = grown;
    }
    this.#open[at] = value;
    this.#length++;
  }

  at(index: number): number {
    return (this.#pieces[index >>> PIECE_BITS] as T)[index & (PIECE - 1)] as number;
  }
}
