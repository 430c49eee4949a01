import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  intoSqliteTables,
  restoreSqliteTables,
  type RestoreSqliteTablesResult,
  sqliteSource,
  sqliteTablesPlace,
} from '../../src/sqlite/index.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';

const SHOP = `
CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INTEGER GENERATED ALWAYS AS (length(name)) STORED);
CREATE TABLE bookings (id INTEGER PRIMARY KEY AUTOINCREMENT, room INTEGER REFERENCES rooms, note TEXT);
CREATE INDEX bookings_of_room ON bookings (room);
CREATE TABLE "odd ""name" (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE notes (text TEXT); CREATE TABLE told (what TEXT);
CREATE TRIGGER telling AFTER INSERT ON bookings BEGIN INSERT INTO told VALUES ('booking ' || NEW.id); END;
CREATE VIEW full AS SELECT * FROM bookings JOIN rooms ON rooms.id = room;
INSERT INTO rooms (id, name) VALUES (1, 'one'), (2, 'two');
INSERT INTO bookings (room, note) VALUES (1, 'a'), (2, 'b'), (2, 'c'); DELETE FROM bookings WHERE id = 3;
INSERT INTO "odd ""name" VALUES ('x', 'y');
INSERT INTO notes VALUES ('1'), ('2'), ('3'); DELETE FROM notes WHERE text = '2';`;

/** The database as it was backed up, and one of the same beside it, after `sql`. */
function places(sql = ''): { folder: string; from: string; to: string; ask: (sql: string) => unknown[] } {
  const folder = tempFolder();
  const [from, to] = [join(tempFolder(), 'from.db'), join(folder, 'app.db')];
  for (const path of [from, to]) {
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA journal_mode = wal; ${SHOP}`);
    if (path === to) database.exec(`PRAGMA foreign_keys = off; ${sql}`);
    database.close();
  }
  const ask = (text: string): unknown[] => {
    const database = new DatabaseSync(to);
    try {
      return database
        .prepare(text)
        .all()
        .flatMap((row) => Object.values(row));
    } finally {
      database.close();
    }
  };
  return { folder, from, to, ask };
}

const restore = (
  { from, to }: { from: string; to: string },
  tables: readonly string[],
  clean = true,
): Promise<RestoreSqliteTablesResult> => restoreSqliteTables({ to, read: createReadStream(from), tables, clean });

describe('single tables into a database of SQLite', () => {
  it('come back with rows, row ids, indexes, triggers and counters, while the database is in use', async () => {
    const place = places(
      "DELETE FROM bookings; DROP INDEX bookings_of_room; UPDATE rooms SET name = 'new'; DELETE FROM notes",
    );
    const service = new DatabaseSync(place.to);
    expect(service.prepare('SELECT count(*) AS n FROM bookings').get()).toEqual({ n: 0 });
    const result = await restore(place, ['bookings', 'notes', 'odd*']);
    expect(result).toMatchObject({
      tables: ['bookings', 'notes', 'odd "name'],
      replaced: ['bookings', 'notes', 'odd "name'],
    });
    expect(service.prepare('SELECT count(*) AS n FROM full').get()).toEqual({ n: 2 });
    service.exec("INSERT INTO bookings (room, note) VALUES (1, 'd')");
    service.close();
    expect(place.ask('SELECT max(id) FROM bookings')).toEqual([4]);
    expect(place.ask('SELECT what FROM told ORDER BY rowid DESC LIMIT 1')).toEqual(['booking 4']);
    expect(place.ask('SELECT rowid FROM notes')).toEqual([1, 3]);
    expect(place.ask('SELECT DISTINCT name FROM rooms')).toEqual(['new']);
    expect(place.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'bookings_of_room'")).toEqual([1]);
    expect(place.ask('PRAGMA integrity_check')).toEqual(['ok']);
    expect(readdirSync(place.folder)).toEqual(['app.db']);
  });

  it('with generated columns, and those that were dropped, are made anew', async () => {
    const place = places('DROP TABLE rooms; DROP TABLE told');
    const { replaced } = await restore(place, ['rooms', 'told'], false);
    expect(replaced).toEqual([]);
    expect(place.ask('SELECT name, size FROM rooms')).toEqual(['one', 3, 'two', 3]);
  });

  it('are refused when rows of others would refer to nothing', async () => {
    const place = places("INSERT INTO rooms (id, name) VALUES (3, 'three'); INSERT INTO bookings (room) VALUES (3)");
    const refused = await failureOf(restore(place, ['rooms']));
    expect(refused).toMatchObject({ code: 'TABLE_IN_USE', details: ['bookings -> rooms'] });
    expect(place.ask('SELECT count(*) FROM rooms')).toEqual([3]);
  });

  it('that are there, are in no backup, are virtual, or have no database to go to, change nothing', async () => {
    const place = places('DELETE FROM bookings');
    expect(await failureOf(restore(place, ['book*'], false))).toMatchObject({
      code: 'ALREADY_EXISTS',
      details: ['bookings'],
    });
    expect(await failureOf(restore(place, ['bokings']))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    expect(await failureOf(restore(place, []))).toMatchObject({ code: 'INVALID_OPTION' });
    const absent = { ...place, to: join(place.folder, 'absent.db') };
    expect(await failureOf(restore(absent, ['bookings']))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    const search = new DatabaseSync(place.from);
    search.exec('CREATE VIRTUAL TABLE found USING fts5 (text)');
    search.close();
    expect(await failureOf(restore(place, ['found']))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(place.ask('SELECT count(*) FROM bookings')).toEqual([0]);
    expect(readdirSync(place.folder)).toEqual(['app.db']);
  });
});

describe('a guarded restore of single tables of SQLite', () => {
  it('into a database without any drops them again by name, unless others have made something of them', async () => {
    const place = places();
    const to = join(place.folder, 'empty.db');
    const empty = new DatabaseSync(to);
    empty.exec('PRAGMA user_version = 7');
    const repository = await createAt(newPlace());
    await repository.backup({ sources: [sqliteSource({ path: place.from, name: 'app.db' })], name: 'good' });
    const names = (): unknown[] =>
      empty
        .prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
        .all()
        .map(({ name }) => name);
    const call = (meanwhile: string): Parameters<typeof repository.restoreInto>[0] => ({
      snapshot: 'good',
      ...intoSqliteTables({ to, path: 'app.db', tables: ['not*', 'rooms'] }),
      validate: () => {
        empty.exec(meanwhile);
        throw new Error('no');
      },
    });
    expect(await failureOf(repository.restoreInto(call('CREATE TABLE notepad (a)')))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect(names()).toEqual(['notepad']);
    expect(await failureOf(repository.restoreInto(call('CREATE VIEW seen AS SELECT * FROM notes')))).toMatchObject({
      code: 'ROLLBACK_FAILED',
      details: ['the view seen', expect.any(String) as string],
    });
    empty.exec('DROP VIEW seen');
    const [unfinished] = await repository.unfinishedRestores();
    await repository.rollBack(unfinished?.id ?? '', { place: sqliteTablesPlace({ to }) });
    expect(names()).toEqual(['notepad']);
    empty.close();
  });

  it('makes them what they were when the validation fails, drops what is new, and leaves others alone', async () => {
    const place = places("DELETE FROM bookings; DROP TABLE notes; INSERT INTO told VALUES ('before')");
    const repository = await createAt(newPlace());
    await repository.backup({ sources: [sqliteSource({ path: place.from, name: 'app.db' })], name: 'good' });
    const call = (): Parameters<typeof repository.restoreInto>[0] => ({
      snapshot: 'good',
      ...intoSqliteTables({ to: place.to, path: 'app.db', tables: ['bookings', 'not*'], clean: true }),
    });
    const validate = (): never => {
      expect(place.ask('SELECT count(*) FROM bookings')).toEqual([2]);
      const service = new DatabaseSync(place.to);
      service.exec("INSERT INTO told VALUES ('meanwhile')");
      service.close();
      throw new Error('no');
    };
    expect(await failureOf(repository.restoreInto({ ...call(), validate }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect(place.ask('SELECT count(*) FROM bookings')).toEqual([0]);
    expect(place.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'notes'")).toEqual([0]);
    expect(place.ask("SELECT what FROM told WHERE what LIKE '%e%e'")).toEqual(
      expect.arrayContaining(['meanwhile', 'before']),
    );
    const { validation, safetySnapshot } = await repository.restoreInto(call());
    expect(validation).toMatchObject({ status: 'passed', checked: 2 });
    expect(await repository.snapshot(safetySnapshot ?? '')).toMatchObject({ kind: 'safety' });
    const onStep = ({ step }: { readonly step: string }): void => {
      if (step === 'validate') place.ask('DROP TABLE notes');
    };
    expect(await failureOf(repository.restoreInto({ ...call(), onStep }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect(place.ask('SELECT count(*) FROM notes')).toEqual([2]);
  });
});
