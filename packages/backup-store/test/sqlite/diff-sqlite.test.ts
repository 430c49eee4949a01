import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import {
  type DataDifference,
  diffSqlite,
  type DiffSqliteOptions,
  scratchSqlite,
  sqliteSource,
} from '../../src/sqlite/index.ts';
import { validateRestore } from '../../src/validate/validate-restore.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';

const HOTEL = `CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT, size);
INSERT INTO rooms VALUES (1, 'one', 1), (2, 'tab	and
line \\', 1.0), (10, NULL, x'00ff'), (3, 'Zürich 🏨', 9223372036854775807);
CREATE TABLE stays (guest TEXT, room INTEGER REFERENCES rooms (id), PRIMARY KEY (guest, room)) WITHOUT ROWID;
INSERT INTO stays VALUES ('Bärbel', 1), ('anna', 1), ('anna', 2), ('o''neill', 2), ('t	b', 1);
CREATE TABLE log (what); INSERT INTO log VALUES ('a'), ('a'), (NULL), (1);
CREATE VIEW named AS SELECT name FROM rooms; CREATE INDEX by_name ON rooms (name);`;

describe('a database of SQLite in a snapshot and the live one', () => {
  const place = newPlace(afterAll);
  const file = join(tempFolder(afterAll), 'hotel.db');
  let repository: Repository;
  const sql = (text: string): void => {
    const database = new DatabaseSync(file);
    database.exec(text);
    database.close();
  };
  const recreate = (): void => {
    for (const name of readdirSync(dirname(file))) rmSync(join(dirname(file), name), { recursive: true });
    sql(`PRAGMA journal_mode = WAL; ${HOTEL}`);
  };
  beforeAll(async () => {
    recreate();
    repository = await createAt(place);
    await repository.backup({ tenant: 'north', sources: [sqliteSource({ path: file })] });
  });
  beforeEach(recreate);

  const diff = async (options: Partial<DiffSqliteOptions> = {}): Promise<DataDifference[]> =>
    await listOf(
      diffSqlite({ repository, snapshot: 'latest', tenant: 'north', path: 'hotel.db', live: file, ...options }),
    );
  const differing = async (options?: Partial<DiffSqliteOptions>): Promise<DataDifference[]> =>
    (await diff(options)).filter(({ change }) => change !== 'same');
  const beside = (): string[] => readdirSync(dirname(file)).filter((name) => !name.startsWith('hotel.db'));

  it('is the same right after, while somebody has it open and has not committed', async () => {
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE; UPDATE rooms SET name = 'not yet'");
    expect(await diff()).toMatchObject([
      { path: 'hotel.db', name: 'log', change: 'same', compared: 'digest', before: 4, after: 4 },
      { name: 'named', change: 'same', compared: 'none' },
      { name: 'rooms', change: 'same', compared: 'key', before: 4, after: 4 },
      { name: 'stays', change: 'same', compared: 'key', before: 5, after: 5 },
    ]);
    other.close();
    expect(beside()).toEqual([]);
  });

  it('rows are told by their keys, and values by their types', async () => {
    sql(`INSERT INTO rooms VALUES (4, 'four', NULL); UPDATE rooms SET size = 1 WHERE id = 2; UPDATE rooms SET size = size - 1 WHERE id = 3;
      DELETE FROM stays WHERE guest IN ('anna', 't	b'); UPDATE log SET what = 'b' WHERE rowid = 1`);
    expect(await differing({ maxIds: 2 })).toMatchObject([
      { name: 'log', change: 'changed', compared: 'digest' },
      {
        name: 'rooms',
        after: 5,
        added: { count: 1, ids: ['4'] },
        changed: { count: 2, ids: ['2', '3'] },
        removed: { count: 0 },
      },
      { name: 'stays', removed: { count: 3, ids: ['["anna","1"]', '["anna","2"]'] } },
    ]);
  });

  it('how tables are made is told part by part, and columns of one side are no difference of rows', async () => {
    sql(
      'ALTER TABLE rooms ADD COLUMN stars INTEGER NOT NULL DEFAULT 3; DROP INDEX by_name; DROP TABLE log; CREATE TABLE extras (a)',
    );
    const found = await differing();
    expect(found).toMatchObject([
      { name: 'extras', change: 'added', after: 0 },
      { name: 'log', change: 'removed', before: 4 },
      { name: 'rooms', change: 'changed', compared: 'key', changed: { count: 0 } },
    ]);
    expect(found[2]?.schema).toMatchObject([
      { part: 'column stars', after: 'INTEGER not null default 3' },
      { part: 'definition' },
      { part: 'index by_name', before: 'CREATE INDEX by_name ON rooms (name)' },
    ]);
  });

  it("what can't be compared leaves nothing: another tenant's snapshot, no live database, one that is none, a run that is ended", async () => {
    const { id } = await repository.snapshot('latest', { tenant: 'north' });
    expect(await failureOf(diff({ tenant: 'south', snapshot: id }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await failureOf(diff({ live: `${file}x` }))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    expect(existsSync(`${file}x`)).toBe(false);
    const other = join(tempFolder(), 'other.db');
    writeFileSync(other, 'no database, '.repeat(1000));
    expect(await failureOf(diff({ live: other }))).toMatchObject({ code: 'NOT_A_DATABASE' });
    expect(readdirSync(dirname(other))).toEqual(['other.db']);
    const stop = new AbortController();
    const differences = diffSqlite({ repository, snapshot: id, path: 'hotel.db', live: file, signal: stop.signal });
    await differences.next();
    expect(beside()).toHaveLength(1);
    stop.abort();
    expect(await failureOf(differences.next())).toMatchObject({ code: 'ABORTED' });
    expect(beside()).toEqual([]);
  });
  // The checks of a trial restore, name by name.
  const checksOf = async (tenant: string, live?: string): Promise<Record<string, unknown>> => {
    const restoreInto = { sqlite: scratchSqlite({ live }) };
    const { checks } = await validateRestore(repository, {
      snapshot: 'latest',
      tenant,
      restoreInto,
      sandbox: place.out,
    });
    expect(readdirSync(place.out)).toEqual([]);
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  };

  it('a trial restore goes through it, and compares how it is made with the live one', async () => {
    expect(await checksOf('north', file)).toMatchObject({
      schema: {
        status: 'passed',
        source: 'hotel.db',
        detail: expect.stringMatching(/^hotel\.db: 3 tables, opened with SQLite 3/),
      },
      data: { status: 'passed', checked: 1 },
      live: { status: 'passed', checked: 4 },
    });
    sql('ALTER TABLE rooms RENAME COLUMN size TO area');
    expect(await checksOf('north', file)).toMatchObject({
      live: { status: 'failed', problems: [{ code: 'SCHEMA_CHANGED' }, {}, {}] },
    });
    expect(await checksOf('north')).toMatchObject({
      live: { status: 'skipped', detail: 'nothing live was named to compare it with' },
    });
  });

  it('a trial restore finds rows that refer to nothing, pages that are damaged, and what is no database', async () => {
    sql("PRAGMA foreign_keys = OFF; INSERT INTO stays VALUES ('ghost', 99)");
    await repository.backup({ tenant: 'orphans', sources: [sqliteSource({ path: file })] });
    expect(await checksOf('orphans')).toMatchObject({
      data: { status: 'failed', problems: [{ message: '1 rows of stays refer to rows that rooms does not have' }] },
    });
    const bytes = Buffer.concat(
      await listOf(repository.read('latest', { path: 'hotel.db', filter: { tenant: 'orphans' } })),
    );
    bytes.fill(0x55, 4096 + 8, 4096 + 400);
    await repository.backup({ tenant: 'damaged', sources: [sourceOf('hotel.db', { '': bytes }, { kind: 'sqlite' })] });
    expect(await checksOf('damaged')).toMatchObject({ data: { status: 'failed' } });
    await repository.backup({ tenant: 'none', sources: [sourceOf('hotel.db', { '': 'text' }, { kind: 'sqlite' })] });
    expect(await checksOf('none')).toMatchObject({
      schema: { status: 'failed', problems: [{ code: 'NOT_A_DATABASE' }] },
      data: { status: 'skipped' },
    });
  });
});
