import type { ByteReader } from './byte-reader.ts';
import { DumpFlaw } from './flaw.ts';
import { SqlLines, type SqlText } from './sql-lines.ts';

/** A kind of SQL text that says where it ends. */
export type SqlKind = 'postgresql' | 'mysql' | 'sqlite-sql';

const HEADS: readonly (readonly [SqlKind, RegExp])[] = [
  ['postgresql', /^-- PostgreSQL database (?:cluster )?dump\r?$/m],
  ['mysql', /^-- (?:MySQL|MariaDB) dump \d/m],
  ['sqlite-sql', /^PRAGMA foreign_keys=OFF;\r?\nBEGIN TRANSACTION;/],
];

/** Which kind a text begins like, if any. */
export function sqlKind(head: Buffer): SqlKind | undefined {
  const text = head.toString('latin1');
  return HEADS.find(([, pattern]) => pattern.test(text))?.[0];
}

const NO_CHECKSUM = 'text has no checksum, so a changed byte within would not show';

function postgresql({ counts, tail }: SqlText): string {
  for (const kind of ['database cluster dump', 'database dump']) {
    const begun = counts.get(`-- PostgreSQL ${kind}`) ?? 0;
    const ended = counts.get(`-- PostgreSQL ${kind} complete`) ?? 0;
    if (ended < begun) {
      const missing = begun === 1 ? 'its last line' : `${begun - ended} of ${begun} last lines`;
      throw new DumpFlaw('incomplete', `"PostgreSQL ${kind} complete", ${missing}, is missing: pg_dump did not finish`);
    }
  }
  const last = tail.lastIndexOf('-- PostgreSQL database ');
  // Newer versions of pg_dump end the restricted mode of psql behind it.
  const behind = tail.slice(last).split('\n').slice(1);
  if (last < 0 || behind.some((line) => !/^(?:--.*|\\unrestrict \w+|)$/.test(line.trimEnd())))
    throw new DumpFlaw('damaged', 'something follows the line that says that the dump is complete');
  return `header and completion line are there; ${NO_CHECKSUM}`;
}

function mysql({ tail }: SqlText): string {
  if (!/(?:^|\n)-- Dump completed(?: on [^\n]*)?\s*$/.test(tail))
    throw new DumpFlaw(
      'incomplete',
      '"Dump completed", its last line, is missing: the dump did not finish, or was made with --skip-comments',
    );
  return `header and completion line are there; ${NO_CHECKSUM}`;
}

function sqlite({ tail }: SqlText): string {
  if (/\nROLLBACK; -- due to errors\s*$/.test(tail))
    throw new DumpFlaw('damaged', 'it ends with ROLLBACK: sqlite3 met errors in the database that it dumped');
  if (!/\nCOMMIT;\s*$/.test(tail)) throw new DumpFlaw('incomplete', '"COMMIT;", its last line, is missing');
  return `it begins and commits a transaction; ${NO_CHECKSUM}`;
}

const ENDS = { postgresql, mysql, 'sqlite-sql': sqlite } as const;

/**
 * Reads a SQL dump to its end and looks for the line that is written last.
 *
 * @returns What was found.
 * @throws {DumpFlaw} `damaged`, `incomplete`.
 */
export async function checkSql(reader: ByteReader, kind: SqlKind): Promise<string> {
  const lines = new SqlLines('-- PostgreSQL database ');
  for (let piece = await reader.piece(); piece !== undefined; piece = await reader.piece()) lines.push(piece);
  const text = lines.end();
  // All three write zero bytes of data as escapes; file systems write them where data was lost in a crash.
  if (text.zeroAt !== undefined)
    throw new DumpFlaw('damaged', `byte ${text.zeroAt} is zero, which no SQL dump has: a part of it was never written`);
  return ENDS[kind](text);
}
