import { DumpFlaw } from './flaw.ts';
import type { StreamCheck } from './stream-check.ts';
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

const POSTGRES_DUMPS = ['database cluster dump', 'database dump'] as const;

function postgresql({ counts, tail }: SqlText): string {
  for (const kind of POSTGRES_DUMPS) {
    const begun = counts.get(`-- PostgreSQL ${kind}`) ?? 0;
    const ended = counts.get(`-- PostgreSQL ${kind} complete`) ?? 0;
    if (ended < begun) {
      const missing = begun === 1 ? 'its last line' : `${begun - ended} of ${begun} last lines`;
      throw new DumpFlaw('incomplete', `"PostgreSQL ${kind} complete", ${missing}, is missing: pg_dump did not finish`);
    }
  }
  const last = tail.lastIndexOf('\n-- PostgreSQL database ') + 1;
  if (!/^-- PostgreSQL database (?:cluster )?dump complete\r?(?:\n|$)/.test(tail.slice(last)))
    throw new DumpFlaw('incomplete', '"PostgreSQL database dump complete", its last line, is missing');
  // Newer versions of pg_dump end the restricted mode of psql behind it.
  const behind = tail.slice(last).split('\n').slice(1);
  if (behind.some((line) => !/^(?:--.*|\\unrestrict \w+|)$/.test(line.trimEnd())))
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

/** What {@link sqlCheck} is told of a text. */
export interface SqlCheckOptions {
  /** It may be several dumps one behind the other: each must have its last line. Values that hold such lines count as dumps then. */
  readonly isJoined: boolean;
}

/** Looks for the line that is written last in a SQL dump. Finds `damaged` and `incomplete`. */
export function sqlCheck(kind: SqlKind, { isJoined }: SqlCheckOptions): StreamCheck {
  const lines = new SqlLines(isJoined ? '-- PostgreSQL database ' : undefined);
  return {
    push: (piece) => lines.push(piece),
    end() {
      const text = lines.end();
      // All three write zero bytes of data as escapes; file systems write them where data was lost in a crash.
      if (text.zeroAt !== undefined)
        throw new DumpFlaw(
          'damaged',
          `byte ${text.zeroAt} is zero, which no SQL dump has: a part of it was never written`,
        );
      return ENDS[kind](text);
    },
  };
}
