const LINE_END = 10;
/** Lines that are looked for are shorter than this, with their line ends. */
const LINE_BYTES = 128;
const TAIL_BYTES = 4096;

/** What a SQL text was found to have. */
export interface SqlText {
  /** How often each of the lines was there. */
  readonly counts: ReadonlyMap<string, number>;
  readonly tail: string;
  /** Where the first zero byte is. */
  readonly zeroAt: number | undefined;
  readonly bytes: number;
}

/** Looks for whole lines in a text of any length, and keeps its end. */
export class SqlLines {
  readonly #prefix: Buffer | undefined;
  readonly #counts = new Map<string, number>();
  #carry: Buffer = Buffer.from('\n');
  #tail: Buffer = Buffer.alloc(0);
  #zeroAt: number | undefined;
  #bytes = 0;

  /** @param prefix How the lines begin; without it none is looked for. */
  constructor(prefix?: string) {
    this.#prefix = prefix === undefined ? undefined : Buffer.from(`\n${prefix}`);
  }

  push(piece: Buffer): void {
    const zero = this.#zeroAt === undefined ? piece.indexOf(0) : -1;
    if (zero >= 0) this.#zeroAt = this.#bytes + zero;
    this.#bytes += piece.length;
    const kept = piece.length >= TAIL_BYTES ? piece : Buffer.concat([this.#tail, piece]);
    this.#tail = Buffer.from(kept.subarray(-TAIL_BYTES));
    this.#look(piece);
  }

  end(): SqlText {
    this.#look(Buffer.from('\n'));
    return { counts: this.#counts, tail: this.#tail.toString('latin1'), zeroAt: this.#zeroAt, bytes: this.#bytes };
  }

  #look(piece: Buffer): void {
    if (this.#prefix === undefined) return;
    const all = Buffer.concat([this.#carry, piece]);
    // Lines that end before this were counted with the last piece.
    const known = this.#carry.length;
    for (let at = all.indexOf(this.#prefix); at >= 0; at = all.indexOf(this.#prefix, at + 1)) {
      const end = all.indexOf(LINE_END, at + 1);
      if (end < 0) break;
      if (end < known || end - at > LINE_BYTES) continue;
      const line = all.toString('latin1', at + 1, end).trimEnd();
      this.#counts.set(line, (this.#counts.get(line) ?? 0) + 1);
    }
    this.#carry = Buffer.from(all.subarray(-LINE_BYTES - 2));
  }
}
