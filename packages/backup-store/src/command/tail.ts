/** The last bytes of a stream. */
export class Tail {
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: Uint8Array): void {
    // A copy: whoever made it may use its memory again.
    this.#pieces.push(Buffer.from(piece.subarray(-this.#limit)));
    this.#cut ||= piece.length > this.#limit;
    this.#bytes += Math.min(piece.length, this.#limit);
    if (this.#bytes > 4 * this.#limit) this.#compact();
  }

  #compact(): void {
    const all = Buffer.concat(this.#pieces);
    this.#cut ||= all.length > this.#limit;
    this.#pieces = [all.subarray(-this.#limit)];
    this.#bytes = Math.min(all.length, this.#limit);
  }

  get bytes(): Buffer {
    this.#compact();
    return Buffer.from(this.#pieces[0] ?? []);
  }

  /** As text, without a line that is there only in part. */
  get lines(): string {
    const text = this.bytes.toString('utf8');
    return this.#cut ? text.slice(text.indexOf('\n') + 1) : text;
  }
}
