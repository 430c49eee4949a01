import { BackupError } from '../errors.ts';

const LINE_END = 10;
const BACKTICK = 96;
/** Bytes of a statement of several rows, far below what any server takes. */
const STATEMENT_BYTES = 512 * 1024;
/** Longer lines go through as they come. */
const LINE_BYTES = 1024 * 1024;
const OUTPUT_BYTES = 256 * 1024;

const DATA_BEGINS = Buffer.from('LOCK TABLES `');
const DATA_ENDS = Buffer.from('UNLOCK TABLES;');
const INSERT = Buffer.from('INSERT INTO `');
const VALUES = Buffer.from(' VALUES (');
const ROW_ENDS = Buffer.from(');\n');
const ALTER_DATABASE = Buffer.from('ALTER DATABASE `');
const ELSEWHERE: readonly Buffer[] = ['USE `', 'CREATE DATABASE'].map((text) => Buffer.from(text));
const CLOSING = Buffer.from('-- Dump completed');

const begins = (line: Buffer, words: Buffer): boolean => line.subarray(0, words.length).equals(words);

/**
 * A dump as it is loaded into the database `into`, whatever that was called: statements for one row each, as they are stored, become
 * statements for many, which a server takes far faster.
 *
 * Dumps write line breaks in values as `\n`, so a line of data is a row. Where data is, `LOCK TABLES` and `UNLOCK TABLES` say, which
 * are not allowed in routines, where the same words may stand.
 *
 * @throws {BackupError} `INVALID_OPTION` for a dump that goes to another database by itself; `DUMP_INCOMPLETE` in the end, before
 * whoever reads this takes it for all.
 */
export async function* loadable(
  dump: AsyncIterable<Uint8Array>,
  into: string,
): AsyncGenerator<Buffer, void, undefined> {
  const joiner = new RowJoiner(into);
  let rest = Buffer.alloc(0);
  for await (const piece of dump) {
    const all = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let at = 0;
    for (let end = all.indexOf(LINE_END); end >= 0; end = all.indexOf(LINE_END, at)) {
      joiner.push(all.subarray(at, end + 1));
      at = end + 1;
    }
    rest = all.subarray(at);
    if (rest.length > LINE_BYTES) {
      joiner.pushPart(rest);
      rest = Buffer.alloc(0);
    }
    if (joiner.bytes > OUTPUT_BYTES) yield joiner.take();
  }
  if (rest.length > 0) joiner.push(rest);
  if (!joiner.isComplete) {
    throw new BackupError(
      'DUMP_INCOMPLETE',
      `Expected a dump that ends with "${CLOSING.toString()}", got one without it`,
      {
        hint: 'Dumps that were cut, or made with --skip-comments, are not restored: nothing says that they are whole.',
      },
    );
  }
  yield joiner.take();
}

/** Takes lines and gives statements. */
class RowJoiner {
  readonly #into: string;
  #output: Buffer[] = [];
  #isData = false;
  /** A statement that may get more rows. */
  #open: { readonly head: Buffer; bytes: number } | undefined;
  /** In a line whose beginning is gone. */
  #isInside = false;
  bytes = 0;
  isComplete = false;

  constructor(into: string) {
    this.#into = into;
  }

  take(): Buffer {
    const all = Buffer.concat(this.#output);
    this.#output = [];
    this.bytes = 0;
    return all;
  }

  #put(bytes: Buffer): void {
    this.#output.push(bytes);
    this.bytes += bytes.length;
  }

  /** Part of a line that goes on. */
  pushPart(part: Buffer): void {
    if (!this.#isInside) this.#close();
    this.#isInside = true;
    this.#put(part);
  }

  push(line: Buffer): void {
    const isRest = this.#isInside;
    this.#isInside = false;
    if (isRest) this.#put(line);
    else if (this.#isData && begins(line, INSERT)) this.#row(line);
    else this.#other(line);
  }

  #row(line: Buffer): void {
    const at = line.indexOf(VALUES);
    const head = line.subarray(0, at + VALUES.length - 1);
    // A name may have these words in it: then its quotes are still open.
    const isWhole = at > 0 && line.subarray(-ROW_ENDS.length).equals(ROW_ENDS) && backticks(head) % 2 === 0;
    if (!isWhole) return this.#other(line);
    const row = line.subarray(head.length, -2);
    if (this.#open?.head.equals(head) === true && this.#open.bytes + row.length < STATEMENT_BYTES) {
      this.#put(Buffer.from(',\n'));
    } else {
      this.#close();
      this.#put(head);
      this.#open = { head: Buffer.from(head), bytes: head.length };
    }
    this.#put(row);
    this.#open.bytes += row.length + 2;
  }

  #close(): void {
    if (this.#open !== undefined) this.#put(Buffer.from(';\n'));
    this.#open = undefined;
  }

  #other(line: Buffer): void {
    this.#close();
    if (begins(line, DATA_BEGINS)) this.#isData = true;
    else if (begins(line, DATA_ENDS)) this.#isData = false;
    if (line.length > 1) this.isComplete = begins(line, CLOSING);
    if (!this.#isData && ELSEWHERE.some((words) => begins(line, words))) {
      throw new BackupError(
        'INVALID_OPTION',
        'Expected a dump of one database, got one that goes to another by itself',
        {
          hint: 'It was made with --databases. Print it with `holdfast backup cat`, and give it to the client yourself.',
        },
      );
    }
    this.#put(begins(line, ALTER_DATABASE) ? this.#renamed(line) : line);
  }

  /** Around routines from the time of another character set, a dump changes the database's, and changes it back. */
  #renamed(line: Buffer): Buffer {
    const name = `\`${this.#into.replaceAll('`', '``')}\``;
    return Buffer.from(line.toString('utf8').replace(/`(?:[^`]|``)*`/, () => name));
  }
}

function backticks(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === BACKTICK) count++;
  return count;
}
