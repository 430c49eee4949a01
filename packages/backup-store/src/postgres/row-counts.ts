import { type PostgresPrograms, queryJson } from './programs.ts';
import { literal } from './sql-text.ts';

/** Tables that are counted in one statement. */
const AT_ONCE = 200;

/** Where rows are counted. */
export interface CountedIn {
  readonly database: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Counts the rows of tables: `undefined` for one that is not there. What belongs to an extension is left out, as it brings rows of its own.
 *
 * @param tables Their names as they stand in SQL, with a schema.
 * @throws {BackupError} `DATABASE_...`, `COMMAND_...`.
 */
export async function countRows(
  programs: PostgresPrograms,
  tables: readonly string[],
  at: CountedIn,
): Promise<ReadonlyMap<string, number | undefined>> {
  const counts = new Map<string, number | undefined>();
  for (let from = 0; from < tables.length; from += AT_ONCE) {
    const some = tables.slice(from, from + AT_ONCE);
    const kinds = await kindsOf(programs, some, at);
    for (const table of some) if (kinds[table] === null) counts.set(table, undefined);
    const there = some.filter((table) => kinds[table] === 'r' || kinds[table] === 'p');
    if (there.length === 0) continue;
    // What inherits from a table has rows of its own; of a partitioned one all rows are in others.
    const each = there.map(
      (table) => `${literal(table)}, (SELECT count(*) FROM ${kinds[table] === 'r' ? 'ONLY ' : ''}${table})`,
    );
    const sql = pairs(each);
    for (const [table, count] of Object.entries(await queryJson(programs, sql, at))) counts.set(table, Number(count));
  }
  return counts;
}

async function kindsOf(
  programs: PostgresPrograms,
  tables: readonly string[],
  at: CountedIn,
): Promise<Readonly<Record<string, unknown>>> {
  const each = tables.map(
    (table) => `${literal(table)}, (SELECT CASE WHEN EXISTS (
      SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      THEN 'extension' ELSE relkind::text END FROM pg_class c WHERE c.oid = to_regclass(${literal(table)}))`,
  );
  return await queryJson(programs, pairs(each), at);
}

/** Functions take no more than a hundred arguments. */
function pairs(each: readonly string[]): string {
  const objects: string[] = [];
  for (let from = 0; from < each.length; from += 40)
    objects.push(`jsonb_build_object(${each.slice(from, from + 40).join(', ')})`);
  return `SELECT ${objects.join(' || ')}`;
}

/** A statement that ends the transaction it is in, unless tables have this many rows. */
export function demandRows(rows: ReadonlyMap<string, number | undefined>, tag: string): string {
  const each = [...rows].map(
    ([table, count]) =>
      `  SELECT count(*) INTO n FROM ${table};\n` +
      `  IF n <> ${count} THEN RAISE EXCEPTION 'of % rows of %, % have come', ${count}, ${literal(table)}, n; END IF;`,
  );
  return `DO $${tag}$ DECLARE n bigint; BEGIN\n${each.join('\n')}\nEND $${tag}$;`;
}
