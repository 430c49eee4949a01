import { BackupError } from '../errors.ts';
import type { CheckedDumpOptions, StreamDumpKind } from './contract.ts';
import { DumpFlaw } from './flaw.ts';
import { checkPgArchive } from './pg-archive.ts';
import { isPgArchive } from './pg-toc.ts';
import { pushed } from './pushed-bytes.ts';
import { isRdb, rdbCheck } from './rdb.ts';
import { sqlCheck, sqlKind } from './sql.ts';
import { isSqlite, sqliteSizeCheck } from './sqlite.ts';
import type { StreamCheck } from './stream-check.ts';

/** Where a dump says what it is. */
const HEAD_BYTES = 4096;

interface Kind {
  /** As messages name it. */
  readonly name: string;
  readonly begins: (head: Buffer) => boolean;
  readonly check: () => StreamCheck;
}

const sql = (kind: 'postgresql' | 'mysql' | 'sqlite-sql', name: string): Kind => ({
  name,
  begins: (head) => sqlKind(head) === kind,
  check: () => sqlCheck(kind, { isJoined: false }),
});

const KINDS: Readonly<Record<StreamDumpKind, Kind>> = {
  postgresql: sql('postgresql', 'PostgreSQL as SQL'),
  'postgresql-archive': {
    name: 'PostgreSQL in its custom format',
    begins: isPgArchive,
    check: () => pushed(checkPgArchive),
  },
  mysql: sql('mysql', 'MySQL or MariaDB'),
  'sqlite-sql': sql('sqlite-sql', 'SQLite as SQL'),
  sqlite: { name: 'SQLite', begins: isSqlite, check: sqliteSizeCheck },
  redis: { name: 'Redis', begins: isRdb, check: rdbCheck },
};

/** Remembers the first flaw that a check throws, and then lets everything pass. */
class Watch {
  readonly #check: StreamCheck;
  readonly #begins: Kind['begins'];
  #head: Buffer = Buffer.alloc(0);
  #flaw: DumpFlaw | undefined;
  bytes = 0;

  constructor({ check, begins }: Kind) {
    this.#check = check();
    this.#begins = begins;
  }

  async push(piece: Buffer): Promise<void> {
    this.bytes += piece.length;
    if (this.#head.length < HEAD_BYTES)
      this.#head = Buffer.concat([this.#head, piece.subarray(0, HEAD_BYTES - this.#head.length)]);
    if (this.#flaw === undefined) await this.#try(() => this.#check.push(piece));
  }

  /** @returns What was found, or the flaw. */
  async end(): Promise<string | DumpFlaw> {
    const detail = await this.#try(() => this.#check.end());
    if (!this.#begins(this.#head)) return new DumpFlaw('damaged', 'it does not begin like one');
    return this.#flaw ?? detail ?? '';
  }

  async #try<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    if (this.#flaw !== undefined) return undefined;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DumpFlaw)) throw error;
      this.#flaw = error;
      return undefined;
    }
  }
}

const viewOf = (piece: Uint8Array): Buffer => Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);

/**
 * The same stream, which throws at its end unless it was a whole dump of this kind: its header and completion line, each entry of
 * a custom dump of PostgreSQL, the size that SQLite's header says, the CRC-64 of Redis. For the content of a source's entry: nothing of
 * it is in the snapshot then. Checked while the bytes pass, without a second look at them and in the memory of a few buffers.
 *
 * What the stream itself throws comes first, as a program that failed says more than its output does. A dump without anything that could tell (Redis
 * with `rdbchecksum no`, a custom dump in LZ4) passes, and `onChecked` is told why.
 *
 * @throws {BackupError} `DUMP_INCOMPLETE`, at the end of the stream; what the stream throws.
 * @example
 * ```ts
 * import type { BackupSource } from '@x/backup-store';
 * import { checkedDump } from '@x/backup-store/analyze';
 * import { commandOutput } from '@x/backup-store/command';
 *
 * const shop: BackupSource = {
 *   kind: 'mysql',
 *   name: 'shop.sql',
 *   async *read({ signal, describe }) {
 *     const dump = commandOutput({ command: 'mariadb-dump', args: ['--single-transaction', 'shop'] }, signal);
 *     yield { path: '', content: checkedDump(dump, 'mysql', { onChecked: (check) => describe({ check }) }) };
 *   },
 * };
 * ```
 */
export async function* checkedDump(
  content: AsyncIterable<Uint8Array>,
  kind: StreamDumpKind,
  options: CheckedDumpOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const watch = new Watch(KINDS[kind]);
  let found: string | DumpFlaw;
  try {
    for await (const piece of content) {
      await watch.push(viewOf(piece));
      yield piece;
    }
  } finally {
    // In any case: a check that waits for more has to end, too.
    found = await watch.end();
  }
  if (typeof found === 'string') return options.onChecked?.(found, 'sound');
  if (found.verdict === 'unknown') return options.onChecked?.(found.message, 'unknown');
  throw new BackupError(
    'DUMP_INCOMPLETE',
    `Expected a whole dump of ${KINDS[kind].name}, got ${watch.bytes} bytes that are not one: ${found.message}`,
    { hint: 'Something between the server and here has cut or changed it. Run it again.' },
  );
}
