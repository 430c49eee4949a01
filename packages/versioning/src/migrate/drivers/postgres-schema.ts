import type { DatabaseConnection } from '../driver.ts';
import { isOwnTable } from '../state/tables.ts';

/** What belongs to the server, and to extensions. */
const OWN_SCHEMAS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
const notOfExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

/** A query for each kind of thing: the table that it belongs to, and the line that describes it. */
const QUERIES: readonly string[] = [
  `SELECT '' AS owner, 'schema ' || quote_ident(n.nspname) AS line FROM pg_namespace n WHERE ${OWN_SCHEMAS}`,
  `SELECT '' AS owner, 'extension ' || quote_ident(extname) AS line FROM pg_extension`,
  `SELECT c.relname AS owner, format('relation %s: %s, persistence %s, options %s, row security %s, rights %s, comment %s', c.oid::regclass, c.relkind, c.relpersistence,
     c.reloptions, c.relrowsecurity, c.relacl, obj_description(c.oid, 'pg_class')) AS line
   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN_SCHEMAS} AND c.relkind NOT IN ('i', 'I', 't') AND ${notOfExtension('pg_class', 'c.oid')}`,
  `SELECT c.relname AS owner, format('column %s.%I: %s, not null %s, default %s, identity %s, generated %s, collation %s, comment %s', c.oid::regclass, a.attname,
     format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(e.adbin, e.adrelid), a.attidentity, a.attgenerated, a.attcollation::regcollation, col_description(c.oid, a.attnum)) AS line
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
   WHERE ${OWN_SCHEMAS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped AND ${notOfExtension('pg_class', 'c.oid')}`,
  `SELECT coalesce(c.relname, '') AS owner, format('constraint %I on %s: %s', o.conname, o.conrelid::regclass, pg_get_constraintdef(o.oid)) AS line
   FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace LEFT JOIN pg_class c ON c.oid = o.conrelid WHERE ${OWN_SCHEMAS} AND ${notOfExtension('pg_constraint', 'o.oid')}`,
  `SELECT t.relname AS owner, format('index %s, valid %s', pg_get_indexdef(i.indexrelid), i.indisvalid) AS line
   FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE ${OWN_SCHEMAS}`,
  `SELECT c.relname AS owner, format('view %s: %s', c.oid::regclass, pg_get_viewdef(c.oid)) AS line
   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN_SCHEMAS} AND c.relkind IN ('v', 'm') AND ${notOfExtension('pg_class', 'c.oid')}`,
  `SELECT '' AS owner, 'routine ' || CASE WHEN p.prokind = 'a' THEN p.oid::regprocedure::text ELSE pg_get_functiondef(p.oid) END AS line
   FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OWN_SCHEMAS} AND ${notOfExtension('pg_proc', 'p.oid')}`,
  `SELECT c.relname AS owner, format('trigger %s, enabled %s', pg_get_triggerdef(t.oid), t.tgenabled) AS line
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal`,
  `SELECT c.relname AS owner, format('policy %I on %s: %s %s %s %s', p.polname, p.polrelid::regclass, p.polcmd, p.polroles,
     pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) AS line FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid`,
  `SELECT c.relname AS owner, format('rule %s', pg_get_ruledef(r.oid)) AS line FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN_SCHEMAS} AND r.rulename <> '_RETURN'`,
  `SELECT c.relname AS owner, format('sequence %s: %s from %s by %s, %s to %s, cycle %s', c.oid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle) AS line
   FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid`,
  `SELECT '' AS owner, format('type %s: %s, base %s, not null %s, default %s, values %s', t.oid::regtype, t.typtype, t.typbasetype::regtype, t.typnotnull, t.typdefault,
     (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)) AS line
   FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${OWN_SCHEMAS} AND t.typtype IN ('e', 'd', 'r') AND ${notOfExtension('pg_type', 't.oid')}`,
];

/** A line for each thing in the schemas of a database of PostgreSQL: what its catalogues say, as the server itself writes it. */
export async function describePostgres(connection: DatabaseConnection): Promise<readonly string[]> {
  const lines: string[] = [];
  // Names are then written with their schemas.
  await connection.query("SELECT set_config('search_path', '', false)");
  for (const query of QUERIES) {
    for (const row of await connection.query(query)) {
      if (!isOwnTable(String(row['owner']))) lines.push(String(row['line']).replaceAll(/\s+/g, ' ').trim());
    }
  }
  return lines.toSorted();
}
