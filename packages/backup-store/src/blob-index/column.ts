type Numbers = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** A growing list of numbers in a typed array. */
export class Column<T extends Numbers> {
  #data: T;
  #length = 0;
  readonly #type: new (length: number) => T;

  constructor(type: new (length: number) => T) {
    this.#type = type;
    this.#data = new type(64);
  }

  get length(): number {
    return this.#length;
  }

  /** The array itself; longer than `length`, and another one after growth. */
  get data(): T {
    return this.#data;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#data.length) return;
    const grown = new this.#type(Math.max(this.#data.length * 2, this.#length + more));
    grown.set(this.#data);
    this.#data = grown;
  }

  push(value: number): void {
    this.#room(1);
    this.#data[this.#length++] = value;
  }

  pushAll(values: ArrayLike<number>): void {
    this.#room(values.length);
    this.#data.set(values, this.#length);
    this.#length += values.length;
  }

  at(index: number): number {
    return this.#data[index] as number;
  }
}
