const FIRST_BYTES = 64 * 1024;
/** The most that a unit of UTF-16 takes in UTF-8. */
const UNIT_BYTES = 3;
const NEWLINE = 10;

/**
 * Lines as they are written to a file, each with its end. As text they would be twice as long, and stay in the heap for as long as
 * it takes to look through that. The memory is used again and again.
 */
export class LineBytes {
  #memory: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  add(text: string): void {
    const needed = this.#length + text.length * UNIT_BYTES + 1;
    if (needed > this.#memory.length) this.#grow(needed);
    this.#length += this.#memory.write(text, this.#length);
    this.#memory[this.#length++] = NEWLINE;
  }

  /** All of them; what is added next overwrites it. */
  take(): Uint8Array {
    const all = this.#memory.subarray(0, this.#length);
    this.#length = 0;
    return all;
  }

  #grow(needed: number): void {
    const memory = Buffer.allocUnsafeSlow(Math.max(needed, this.#memory.length * 2));
    this.#memory.copy(memory, 0, 0, this.#length);
    this.#memory = memory;
  }
}
