import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataRecord, RecordChange } from '../../src/index.ts';
import { sqliteRecords, type SqliteTable } from '../../src/records/index.ts';
import { failureOf, listOf, tempFolder } from '../fixtures/place.ts';

const signal = new AbortController().signal;

function databaseOf(sql: string): { readonly file: string; readonly database: DatabaseSync } {
  const file = join(tempFolder(), 'hotel.db');
  const database = new DatabaseSync(file);
  database.exec(`${sql}; PRAGMA journal_mode = WAL`);
  return { file, database };
}

async function* puts(module: string, records: readonly DataRecord[]): AsyncGenerator<RecordChange> {
  for (const record of records) yield { module, type: 'put', record };
}

/** What a table holds, with the types of values. */
const stateOf = (database: DatabaseSync, table: string): unknown[] => {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all(table) as { name: string }[];
  const texts = columns.map(({ name }) => `typeof("${name}") || ':' || quote("${name}")`);
  return database
    .prepare(`SELECT ${texts.join(` || ' ' || `)} AS row FROM "${table.replaceAll('"', '""')}" ORDER BY 1`)
    .all();
};

/** Copies all rows of a table to another database by way of JSON, and compares. */
async function expectCopied(sql: string, fill: string, tables: readonly SqliteTable[]): Promise<DataRecord[]> {
  const from = databaseOf(`${sql}; ${fill}`);
  const to = databaseOf(sql);
  const { source, target } = sqliteRecords({ database: from.file, tables });
  await source.open?.({ signal });
  const all: DataRecord[] = [];
  const copy = sqliteRecords({ database: to.database, tables }).target;
  for (const module of source.modules) {
    const records = JSON.parse(JSON.stringify(await listOf(module.read({ signal })))) as DataRecord[];
    expect(records).toEqual(await listOf(target.read(module.name, { signal })));
    const ids = records.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    if (module.ids !== undefined) expect(await listOf(module.ids({ signal }))).toEqual(ids);
    // Twice: what is there already is replaced.
    for (let i = 0; i < 2; i++) expect(await copy.apply(puts(module.name, records), { signal })).toBe(records.length);
    all.push(...records);
  }
  await source.close?.();
  for (const { table } of tables) expect(stateOf(to.database, table)).toEqual(stateOf(from.database, table));
  return all;
}

describe('tables of SQLite', () => {
  it('give every value so that it comes back exactly', async () => {
    const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, x, r REAL, i INTEGER, s TEXT, b BLOB, twice AS (i * 2))`;
    const records = await expectCopied(
      sql,
      `INSERT INTO t (id, x, r, i, s, b) VALUES (1, 9223372036854775807, 1, -9223372036854775808, 'it''s ☃', x'00ff'),
        (2, 1.0, 1e999, 9007199254740993, '', x''), (-3, '1', -1e999, 0, NULL, NULL), (10, x'', 0.1, 5, '1e5', 'text'),
        (11, -0.0, 1e300, 7, '{"$blob":"x"}', 1.5), (12, 1e300, 5e-324, 7, 'x', 3)`,
      [{ table: 't' }],
    );
    expect(records.map(({ id }) => id)).toEqual(['-3', '1', '10', '11', '12', '2']);
    expect(records[1]?.data).toEqual({
      id: 1,
      x: { $integer: '9223372036854775807' },
      r: 1,
      i: { $integer: '-9223372036854775808' },
      s: "it's ☃",
      b: { $blob: 'AP8=' },
    });
  });

  it('have ids of any columns', async () => {
    const sql = `CREATE TABLE "odd ""name" (a TEXT, b INTEGER, c BLOB, PRIMARY KEY (b, a, c)) WITHOUT ROWID;
      CREATE TABLE raw (id BLOB PRIMARY KEY); CREATE TABLE loose (id PRIMARY KEY, x)`;
    const records = await expectCopied(
      sql,
      `INSERT INTO "odd ""name" VALUES ('x"y', 5, x'01'), (char(10) || '☃', 5, 'z'), ('', -1, x'');
      INSERT INTO raw VALUES (x'00ff'), (x''), (5); INSERT INTO loose VALUES (1, 1), ('b', 2), (2.5, 3)`,
      [{ table: 'odd "name', module: 'odd' }, { table: 'raw' }, { table: 'loose' }],
    );
    const odd = [`["-1","","x''"]`, `["5","\\n☃","z"]`, `["5","x\\"y","x'01'"]`];
    expect(records.map(({ id }) => id)).toEqual([...odd, '5', "x''", "x'00FF'", '1', '2.5', 'b']);
  });

  it.each([
    ['UTF-8', true],
    ['UTF-16le', false],
  ])('in a database of encoding %s: their ids come in the order of their bytes: %s', async (encoding, isOrdered) => {
    const { file } = databaseOf(`PRAGMA encoding = '${encoding}'; CREATE TABLE t (id TEXT PRIMARY KEY)`);
    const { source } = sqliteRecords({ database: file, tables: [{ table: 't' }] });
    await source.open?.({ signal });
    expect(await source.modules[0]?.ordersIds?.({ signal })).toBe(isOrdered);
    await source.close?.();
  });

  it('are deleted from by id, whatever it is made of', async () => {
    const { database } = databaseOf(`CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id BLOB PRIMARY KEY);
      CREATE TABLE c (id PRIMARY KEY); CREATE TABLE d (x TEXT, y INT, PRIMARY KEY (x, y));
      INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (x'0A'), ('text'), ('x''0B'''), (7);
      INSERT INTO c VALUES (1.5), ('z'), (8), (9); INSERT INTO d VALUES ('p', 1), ('p', 2)`);
    const tables = ['a', 'b', 'c', 'd'].map((table) => ({ table }));
    const gone = { a: ['1'], b: ["x'0A'", 'text', "x'0B'", '7'], c: ['1.5', 'z', '8'], d: ['["p","1"]', '["q","1"]'] };
    const changes = async function* (): AsyncGenerator<RecordChange> {
      for (const [module, ids] of Object.entries(gone)) for (const id of ids) yield { module, type: 'delete', id };
    };
    expect(await sqliteRecords({ database, tables }).target.apply(changes(), { signal })).toBe(10);
    expect(tables.flatMap(({ table }) => stateOf(database, table))).toEqual(
      ['integer:2', 'integer:9', "text:'p' integer:2"].map((row) => ({ row })),
    );
  });

  it('give what has changed since, by times in text, seconds or milliseconds, and what has none', async () => {
    const { database } = databaseOf(`CREATE TABLE t (id INTEGER PRIMARY KEY, at, gone);
      INSERT INTO t VALUES (1, '2026-01-01T00:00:00.500Z', NULL), (2, '2026-01-02 00:00:00', NULL), (3, NULL, NULL),
      (4, '2026-01-02T00:00:00+02:00', NULL), (5, '2026-01-03', '2026-01-03T00:00:00Z');
      CREATE TABLE s (id INTEGER PRIMARY KEY, at); INSERT INTO s VALUES (1, 1767225600), (2, 1767312000)`);
    const tables = [
      { table: 't', updatedAt: 'at', deletedAt: 'gone', columns: ['at'] },
      { table: 's', updatedAt: 'at', timeUnit: 's' },
    ] as const;
    const { source } = sqliteRecords({ database, tables });
    await source.open?.({ signal });
    const since = Date.parse('2026-01-02T00:00:00Z');
    const [t, s] = source.modules;
    expect(await listOf(t?.read({ signal, since }) as AsyncIterable<DataRecord>)).toEqual([
      { id: '2', updatedAt: since, data: { id: 2, at: '2026-01-02 00:00:00' } },
      { id: '3', data: { id: 3, at: null } },
    ]);
    expect(await listOf(t?.deleted?.({ signal, since }) as AsyncIterable<unknown>)).toEqual([
      { id: '5', deletedAt: Date.parse('2026-01-03T00:00:00Z') },
    ]);
    expect(await listOf(s?.read({ signal, since }) as AsyncIterable<DataRecord>)).toMatchObject([
      { id: '2', updatedAt: since },
    ]);
    await source.close?.();
  });

  it('are read as they were when they were opened', async () => {
    const { file, database } = databaseOf('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)');
    const { source } = sqliteRecords({ database: file, tables: [{ table: 't' }] });
    await source.open?.({ signal });
    database.exec('INSERT INTO t VALUES (2)');
    expect(await listOf(source.modules[0]?.read({ signal }) as AsyncIterable<DataRecord>)).toHaveLength(1);
    await source.close?.();
  });

  it('are changed in one transaction, in which references may be broken on the way, or not at all', async () => {
    const { database } = databaseOf(`PRAGMA foreign_keys = ON; CREATE TABLE room (id INTEGER PRIMARY KEY);
      CREATE TABLE stay (id INTEGER PRIMARY KEY, room REFERENCES room (id)); INSERT INTO room VALUES (1)`);
    const { target } = sqliteRecords({ database, tables: [{ table: 'stay' }, { table: 'room' }] });
    expect(await target.modules({ signal })).toEqual(['room', 'stay']);
    expect(await target.schema?.('stay', { signal })).toEqual({ columns: { id: 'INTEGER', room: '' }, id: ['id'] });
    const stay: RecordChange = { module: 'stay', type: 'put', record: { id: '1', data: { id: 1, room: 2 } } };
    const room: RecordChange = { module: 'room', type: 'put', record: { id: '2', data: { id: 2 } } };
    const list = async function* (...changes: RecordChange[]): AsyncGenerator<RecordChange> {
      yield* changes;
    };
    expect(await failureOf(target.apply(list(stay), { signal }))).toMatchObject({ code: 'DATABASE_REFUSED' });
    expect(stateOf(database, 'stay')).toEqual([]);
    expect(await target.apply(list(stay, room), { signal })).toBe(2);
    const seen: string[] = [];
    const throwing = target.apply(
      async function* (view) {
        for await (const { id } of view.read('room', { signal })) {
          seen.push(id);
          yield { module: 'room', type: 'delete', id };
        }
        throw new Error('no');
      },
      { signal },
    );
    expect((await failureOf(throwing)).message).toBe('no');
    expect(seen).toEqual(['1', '2']);
    expect(stateOf(database, 'room')).toHaveLength(2);
  });

  it('are as they were in a database that may not grow', async () => {
    const { database } = databaseOf('CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, NULL)');
    database.exec('PRAGMA max_page_count = 10');
    const { target } = sqliteRecords({ database, tables: [{ table: 't' }] });
    const records = Array.from({ length: 100 }, (_, i) => ({ id: `${i}`, data: { id: i, x: 'x'.repeat(1000) } }));
    expect(await failureOf(target.apply(puts('t', records), { signal }))).toMatchObject({ code: 'DATABASE_FULL' });
    expect(stateOf(database, 't')).toHaveLength(1);
  });

  it.each([
    [{ table: 'none' }, 'DATABASE_NOT_FOUND'],
    [{ table: 't' }, 'INVALID_OPTION'],
    [{ table: 't', id: 'y' }, 'INVALID_OPTION'],
    [{ table: 't', id: 'x', updatedAt: 'y' }, 'INVALID_OPTION'],
  ])('that are not as was said are refused (%o)', async (table, code) => {
    const { file } = databaseOf('CREATE TABLE t (x)');
    const { target } = sqliteRecords({ database: file, tables: [table] });
    expect(await failureOf(listOf(target.read(table.table, { signal })))).toMatchObject({ code });
  });

  it('of a file that is not there are refused, and it is not made', async () => {
    const { target } = sqliteRecords({ database: join(tempFolder(), 'none.db'), tables: [{ table: 't' }] });
    expect(await failureOf(target.modules({ signal }))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
  });
});
