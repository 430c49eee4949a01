import { BackupError } from '../errors.ts';
import { identifier, literal, type MysqlPrograms, query } from './programs.ts';
import type { MysqlServer } from './server.ts';

/** A foreign key within one database. */
export interface Reference {
  readonly name: string;
  readonly table: string;
  readonly parent: string;
  /** Columns of the table, each with that of the parent. */
  readonly columns: readonly (readonly [string, string])[];
  /** As SQL has it: `CASCADE`. */
  readonly onUpdate: string;
  readonly onDelete: string;
}

/** What keeps references whole when single tables change their place. */
export interface ReferenceMove {
  /** Take away what would go on referring to the place that a table comes from. */
  readonly before: readonly string[];
  /** Make it anew where the table is then. */
  readonly after: readonly string[];
  /** Queries that find a row without its parent, each with what that means. */
  readonly checks: readonly { readonly sql: string; readonly what: string }[];
}

/** The foreign keys of a database. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function referencesOf(
  programs: MysqlPrograms,
  server: MysqlServer,
  at: { readonly database: string; readonly signal?: AbortSignal | undefined },
): Promise<Reference[]> {
  const sql = `
    SELECT k.CONSTRAINT_NAME, k.TABLE_NAME, k.REFERENCED_TABLE_NAME, k.COLUMN_NAME, k.REFERENCED_COLUMN_NAME, r.UPDATE_RULE, r.DELETE_RULE
    FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
      ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
    WHERE k.TABLE_SCHEMA = ${literal(at.database)} AND k.REFERENCED_TABLE_SCHEMA = k.TABLE_SCHEMA
    ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`;
  const found = new Map<string, Reference>();
  for (const row of await query(programs, server.client, { sql, signal: at.signal })) {
    const [name = '', table = '', parent = '', column = '', parentColumn = '', onUpdate = '', onDelete = ''] = row;
    const key = `${table}\0${name}`;
    const columns = [...(found.get(key)?.columns ?? []), [column, parentColumn] as const];
    found.set(key, { name, table, parent, columns, onUpdate, onDelete });
  }
  return [...found.values()];
}

/** A database with its foreign keys. */
interface Side {
  readonly database: string;
  readonly references: readonly Reference[];
  /** Its tables. */
  readonly tables: readonly string[];
}

/**
 * Plans for the references between tables that move and those that do not. Pure.
 *
 * @throws {BackupError} `DATABASE_NOT_FOUND` when a table that moves refers to one that is on neither side.
 */
export function planReferences(from: Side, to: Side, moving: readonly string[]): ReferenceMove {
  const moves = new Set(moving);
  const leaving = from.references.filter(({ table, parent }) => moves.has(table) && !moves.has(parent));
  const coming = to.references.filter(({ table, parent }) => !moves.has(table) && moves.has(parent));
  const lost = leaving.find(({ parent }) => !to.tables.includes(parent));
  if (lost !== undefined) {
    throw new BackupError(
      'DATABASE_NOT_FOUND',
      `Expected the table ${lost.parent}, to which ${lost.table} refers, got none`,
      {
        hint: 'Nothing was changed. Restore both tables.',
      },
    );
  }
  const at = (database: string, name: string): string => `${identifier(database)}.${identifier(name)}`;
  const check = (reference: Reference, child: string, parent: string): ReferenceMove['checks'][number] => ({
    sql: orphanOf(reference, at(child, reference.table), at(parent, reference.parent)),
    what: `rows of ${reference.table} refer to rows that ${reference.parent} would not have`,
  });
  return {
    before: leaving.map(
      ({ table, name }) => `ALTER TABLE ${at(from.database, table)} DROP FOREIGN KEY ${identifier(name)}`,
    ),
    after: leaving.map((reference) => definitionOf(reference, to.database)),
    checks: [
      ...leaving.map((reference) => check(reference, from.database, to.database)),
      ...coming.map((reference) => check(reference, to.database, from.database)),
    ],
  };
}

function definitionOf({ table, name, parent, columns, onUpdate, onDelete }: Reference, database: string): string {
  const at = (each: string): string => `${identifier(database)}.${identifier(each)}`;
  const list = (index: 0 | 1): string => columns.map((pair) => identifier(pair[index])).join(', ');
  return (
    `ALTER TABLE ${at(table)} ADD CONSTRAINT ${identifier(name)} FOREIGN KEY (${list(0)}) ` +
    `REFERENCES ${at(parent)} (${list(1)}) ON UPDATE ${onUpdate} ON DELETE ${onDelete}`
  );
}

/** Queries that find a row without its parent in a database, each with what that means. Servers load dumps without looking. */
export function orphanChecks(references: readonly Reference[], database: string): ReferenceMove['checks'] {
  const at = (name: string): string => `${identifier(database)}.${identifier(name)}`;
  return references.map((reference) => ({
    sql: orphanOf(reference, at(reference.table), at(reference.parent)),
    what: `rows of ${reference.table} refer to rows that ${reference.parent} does not have`,
  }));
}

/** What is wrong with the references of a database, one of {@link orphanChecks} after the other. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function brokenReferences(
  programs: MysqlPrograms,
  server: MysqlServer,
  of: {
    readonly database: string;
    /** Only those of and to these tables. */
    readonly tables?: ReadonlySet<string> | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string[]> {
  const { database, tables, signal } = of;
  const all = await referencesOf(programs, server, { database, signal });
  const meant = all.filter(({ table, parent }) => tables === undefined || tables.has(table) || tables.has(parent));
  const broken: string[] = [];
  for (const { sql, what } of orphanChecks(meant, database)) {
    if ((await query(programs, server.client, { sql, signal })).length > 0) broken.push(what);
  }
  return broken;
}

/** Gives a row when some row has no parent; one with a NULL among its columns needs none. */
function orphanOf({ columns }: Reference, child: string, parent: string): string {
  const same = columns.map(([own, other]) => `c.${identifier(own)} = p.${identifier(other)}`).join(' AND ');
  const set = columns.map(([own]) => `c.${identifier(own)} IS NOT NULL`).join(' AND ');
  return `SELECT 'lost' FROM ${child} c WHERE ${set} AND NOT EXISTS (SELECT 1 FROM ${parent} p WHERE ${same}) LIMIT 1`;
}
