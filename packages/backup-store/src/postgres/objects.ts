import { type PostgresPrograms, queryJson } from './programs.ts';
import { literal } from './sql-text.ts';

const IS_OWN = `nspname !~ '^pg_' AND nspname <> 'information_schema'`;

/** Everything that was made in schemas of a database: relations, functions and types; not what belongs to others or an extension. */
const OBJECTS_SQL = `SELECT classid, objid, turn FROM (
    SELECT 'pg_class'::regclass AS classid, oid AS objid, relnamespace AS ns, 1 AS turn FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace, 2 FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, t.oid, typnamespace, 3 FROM pg_type t LEFT JOIN pg_class r ON r.oid = t.typrelid
      WHERE (typrelid = 0 OR r.relkind = 'c') AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid)
  ) o JOIN pg_namespace n ON n.oid = o.ns WHERE ${IS_OWN}
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.objid AND d.refobjid <> d.objid AND d.deptype IN ('e', 'i'))`;

const STATE_SQL = `SELECT json_build_object('objects', (SELECT count(*) FROM (${OBJECTS_SQL}) o),
  'schemas', (SELECT coalesce(json_agg(nspname), '[]') FROM pg_namespace WHERE ${IS_OWN}),
  'extensions', (SELECT coalesce(json_agg(extname), '[]') FROM pg_extension))`;

/** What going back has to know of a database before a restore. */
export interface DatabaseFrame {
  readonly schemas: readonly string[];
  readonly extensions: readonly string[];
}

/** Looks at a database. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function frameOf(
  programs: PostgresPrograms,
  at: { readonly database: string; readonly signal?: AbortSignal | undefined },
): Promise<DatabaseFrame & { readonly objects: number }> {
  const { objects, schemas, extensions } = await queryJson(programs, STATE_SQL, at);
  return { objects: Number(objects), schemas: schemas as string[], extensions: extensions as string[] };
}

/** A statement that drops everything in a database but these schemas and extensions themselves. */
export function dropAll({ schemas, extensions }: DatabaseFrame): string {
  const but = (names: readonly string[]): string => `ARRAY[${names.map(literal).join(', ')}]::text[]`;
  return `DO $holdfast$ DECLARE statement text; BEGIN
  SET LOCAL client_min_messages = warning;
  FOR statement IN
    SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_extension WHERE extname <> ALL (${but(extensions)})
  LOOP EXECUTE statement; END LOOP;
  FOR statement IN
    SELECT format('DROP %s IF EXISTS %s CASCADE', upper(i.type), i.identity)
    FROM (${OBJECTS_SQL}) o, LATERAL pg_identify_object(o.classid, o.objid, 0) i ORDER BY o.turn
  LOOP EXECUTE statement; END LOOP;
  FOR statement IN
    SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace WHERE ${IS_OWN} AND nspname <> ALL (${but(schemas)})
  LOOP EXECUTE statement; END LOOP;
END $holdfast$;`;
}
