import { identifier, literal, type MysqlPrograms, query } from './programs.ts';
import type { MysqlServer } from './server.ts';

/** Kinds of what a database has. */
export type MysqlObjectKind = 'table' | 'view' | 'procedure' | 'function' | 'event' | 'trigger';

/** Something that a database has. */
export interface MysqlObject {
  readonly kind: MysqlObjectKind;
  readonly name: string;
}

/** What a database has, tables first. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function objectsOf(
  programs: MysqlPrograms,
  server: MysqlServer,
  at: { readonly database: string; readonly signal?: AbortSignal | undefined },
): Promise<MysqlObject[]> {
  const name = literal(at.database);
  const sql = `
    SELECT IF(TABLE_TYPE = 'VIEW', 'view', 'table') AS kind, TABLE_NAME FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ${name} ORDER BY 1, 2;
    SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${name} ORDER BY 1, 2;
    SELECT 'event', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${name} ORDER BY 2;
    SELECT 'trigger', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${name} ORDER BY 2`;
  const rows = await query(programs, server.client, { sql, signal: at.signal });
  return rows.map(([kind, object = '']) => ({ kind: kind as MysqlObjectKind, name: object }));
}

/** Views of a database that are made of one of these tables: the server keeps them with all names in full. */
export async function viewsOf(
  programs: MysqlPrograms,
  server: MysqlServer,
  of: { readonly database: string; readonly tables: readonly string[] },
): Promise<string[]> {
  const uses = of.tables.map((table) => `INSTR(VIEW_DEFINITION, ${literal(at(of.database, table))}) > 0`);
  const sql = `SELECT TABLE_NAME FROM information_schema.VIEWS
    WHERE TABLE_SCHEMA = ${literal(of.database)} AND (${uses.join(' OR ')}) ORDER BY 1`;
  return (await query(programs, server.client, { sql })).map(([name = '']) => name);
}

const named = (objects: readonly MysqlObject[], kind: MysqlObjectKind): string[] =>
  objects.filter((object) => object.kind === kind).map(({ name }) => name);

const at = (database: string, name: string): string => `${identifier(database)}.${identifier(name)}`;

/** Statements that drop this: triggers go with their tables. Keys are to be off. Pure. */
export function dropsOf(database: string, objects: readonly MysqlObject[]): string[] {
  const several = (['view', 'table'] as const).flatMap((kind) => {
    const names = named(objects, kind).map((name) => at(database, name));
    return names.length === 0 ? [] : [`DROP ${kind.toUpperCase()} IF EXISTS ${names.join(', ')}`];
  });
  const single = (['procedure', 'function', 'event'] as const).flatMap((kind) =>
    named(objects, kind).map((name) => `DROP ${kind.toUpperCase()} IF EXISTS ${at(database, name)}`),
  );
  return [...several, ...single];
}

/** How what was restored beside a database gets into it. */
export interface Exchange {
  /** What is in the database, and is replaced. */
  readonly replaced: readonly MysqlObject[];
  /** Views to be made anew: only tables can be moved. */
  readonly views: readonly string[];
  /** Takes triggers away, which would keep tables from being moved. */
  readonly freeing: readonly string[];
  /** Puts the tables into their place. */
  readonly moving: readonly string[];
}

/** Pure. */
export function planExchange(
  from: { readonly database: string; readonly objects: readonly MysqlObject[] },
  to: {
    readonly database: string;
    readonly objects: readonly MysqlObject[];
    /** What does not come goes. */
    readonly isExact?: boolean | undefined;
  },
): Exchange {
  // Tables and views share one space of names.
  const spaceOf = ({ kind }: MysqlObject): string => (kind === 'view' ? 'table' : kind);
  const comes = new Set(from.objects.map((object) => `${spaceOf(object)} ${object.name}`));
  const replaced = to.objects.filter(
    (object) => object.kind !== 'trigger' && comes.has(`${spaceOf(object)} ${object.name}`),
  );
  const others = to.objects.filter((object) => object.kind !== 'trigger' && !replaced.includes(object));
  const tables = named(from.objects, 'table');
  const moves = tables.map((name) => `${at(from.database, name)} TO ${at(to.database, name)}`);
  return {
    replaced,
    views: named(from.objects, 'view'),
    freeing: named(from.objects, 'trigger').map((name) => `DROP TRIGGER ${at(from.database, name)}`),
    moving: [
      // Others may refer to a table that is replaced, as they will when the new one has its name.
      'SET SESSION foreign_key_checks = 0',
      ...(to.isExact === true ? dropsOf(to.database, others) : []),
      ...dropsOf(
        to.database,
        replaced.filter(({ kind }) => kind === 'view' || kind === 'table'),
      ),
      ...(moves.length === 0 ? [] : [`RENAME TABLE ${moves.join(', ')}`]),
    ],
  };
}
