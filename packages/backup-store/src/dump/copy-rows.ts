const LINE_END = 10;
/** Of a line that is longer, only the beginning is looked at: bytes. */
const HEAD_BYTES = 16 * 1024;
const NAME = String.raw`(?:"(?:[^"]|"")*"|[^\s".]+)`;
const COPY = new RegExp(String.raw`^COPY (${NAME}(?:\.${NAME})?) .*FROM stdin;\r?$`);

/**
 * Counts the rows of tables in a dump in plain SQL that has them as `COPY` (what `pg_dump` writes unless it is told otherwise).
 * Rows that are written as `INSERT` are not counted, and their tables not told of.
 */
export class CopyRows {
  /** Rows by tables, whose names are as they stand in SQL. */
  readonly rows: Map<string, number> = new Map();
  #head: Buffer = Buffer.alloc(0);
  #isLong = false;
  #table: string | undefined;
  #count = 0;
  #isAnnounced = false;

  push(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
      const rest = bytes.subarray(start, Math.min(end, start + HEAD_BYTES));
      this.#line(this.#head.length === 0 ? rest : Buffer.concat([this.#head, rest]));
      this.#head = Buffer.alloc(0);
      this.#isLong = false;
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  #keep(rest: Buffer): void {
    if (this.#isLong || rest.length === 0) return;
    this.#head = Buffer.concat([this.#head, rest.subarray(0, HEAD_BYTES)]);
    this.#isLong = this.#head.length >= HEAD_BYTES;
  }

  #line(line: Buffer): void {
    if (this.#table !== undefined) return this.#row(line, this.#table);
    // A function may have a line like that in its body; before data a comment says what comes.
    if (line.length === 0 || line[0] === 0x2d) {
      this.#isAnnounced ||= line.toString('latin1', 0, 17) === '-- Data for Name:';
      return;
    }
    const [, table] = (this.#isAnnounced && COPY.exec(line.toString('utf8'))) || [];
    this.#isAnnounced = false;
    this.#table = table;
    this.#count = 0;
  }

  #row(line: Buffer, table: string): void {
    const isEnd = line[0] === 0x5c && line[1] === 0x2e && line.toString('latin1').trimEnd() === String.raw`\.`;
    if (!isEnd) {
      this.#count++;
      return;
    }
    this.rows.set(table, (this.rows.get(table) ?? 0) + this.#count);
    this.#table = undefined;
  }
}
