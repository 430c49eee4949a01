import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  documentsPlace,
  intoRecords,
  prepareRecordRestore,
  recordsPlace,
  WrittenRecords,
} from '../../src/merge/index.ts';
import {
  jsonRecords,
  postgresRecords,
  type RecordAdapter,
  recordsSource,
  sqliteRecords,
} from '../../src/records/index.ts';
import type { IntoPlace, Repository, RestorePlace, SafeRestoreStep } from '../../src/repository/contract.ts';
import type { RecordRestoreResult } from '../../src/merge/index.ts';
import { DOCUMENTS_RESTORE } from '../fixtures/bundle.ts';
import { createAt, failureOf, newPlace, openAt, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';

const SCHEMA = `CREATE TABLE guests (id text PRIMARY KEY, name text NOT NULL);
  CREATE TABLE stays (id integer PRIMARY KEY, guest text NOT NULL REFERENCES guests(id), room integer); CREATE TABLE notes (id integer PRIMARY KEY, text text);
  INSERT INTO guests VALUES ('ann', 'Ann'), ('ben', 'Ben'); INSERT INTO stays VALUES (1, 'ann', 11), (2, 'ben', 12); INSERT INTO notes VALUES (1, 'old');`;
const HARM = `DELETE FROM stays WHERE id = 2; DELETE FROM guests WHERE id = 'ben'; UPDATE stays SET room = 99 WHERE id = 1;
  INSERT INTO guests VALUES ('dora', 'Dora'); INSERT INTO stays VALUES (3, 'dora', 15);`;
const STATE = `SELECT (SELECT group_concat(id || name, ' ') FROM (SELECT * FROM guests ORDER BY id)) || ' ' ||
  (SELECT group_concat(id || guest || room, ' ') FROM (SELECT * FROM stays ORDER BY id)) AS state`;
const STATE_OF_POSTGRES = `SELECT (SELECT string_agg(id || name, ' ' ORDER BY id) FROM guests) || ' ' ||
  (SELECT string_agg(id || guest || room, ' ' ORDER BY id) FROM stays)`;
const BEFORE = 'annAnn doraDora 1ann99 3dora15';
const GOOD = 'annAnn benBen 1ann11 2ben12';
const TABLES = [{ table: 'stays' }, { table: 'guests' }];

/** Makes 12 of room 11 when that is written. */
const TRIGGERS = {
  sqlite: `CREATE TRIGGER other AFTER UPDATE ON stays WHEN new.room = 11
    BEGIN UPDATE stays SET room = 12 WHERE id = new.id; END`,
  postgres: `CREATE OR REPLACE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN new.room := 12; RETURN new; END$$;
    CREATE TRIGGER other BEFORE UPDATE ON stays FOR EACH ROW WHEN (new.room = 11) EXECUTE FUNCTION other()`,
};

const no = (): never => {
  throw new Error('the hotel does not work');
};

interface Database {
  readonly adapter: RecordAdapter;
  readonly run: (sql: string) => void;
  state(): string;
}

function sqlite(): Database {
  const path = join(tempFolder(), 'hotel.db');
  const database = new DatabaseSync(path);
  database.exec(SCHEMA);
  return {
    adapter: sqliteRecords({ database: path, tables: TABLES }),
    run: (sql) => database.exec(sql),
    state: () => String(database.prepare(STATE).get()?.['state']),
  };
}

/** A restore in full of what the database had before `HARM`. */
async function ready({ adapter, run }: Database): Promise<{
  repository: Repository;
  call: { snapshot: string } & IntoPlace<RecordRestoreResult>;
  place: RestorePlace;
}> {
  const repository = await createAt(newPlace());
  await repository.backup({ sources: [recordsSource({ name: 'hotel', ...adapter.source })], name: 'good' });
  run(HARM);
  const { target } = adapter;
  const options = { snapshot: 'good', target, targetName: 'hotel', mode: 'full' } as const;
  const prepared = await prepareRecordRestore(repository, options);
  const place = recordsPlace({ ...adapter, name: 'the hotel' });
  const call = {
    snapshot: prepared.snapshot.id,
    ...intoRecords({ prepared, plan: await prepared.plan(), place }),
  };
  return { repository, call, place };
}

let server: TestServer;
let client: Client;

describe.each([
  ['SQLite', undefined, sqlite],
  [
    'PostgreSQL',
    NO_POSTGRES,
    (): Database => ({
      adapter: postgresRecords({ client, tables: TABLES }),
      run: (sql) => void server.sql('hotel', sql),
      state: () => server.sql('hotel', STATE_OF_POSTGRES),
    }),
  ],
])('a guarded restore of records into %s', (name, missing, database) => {
  describe.skipIf(missing !== undefined)(missing ?? 'of its own', () => {
    if (name === 'PostgreSQL') {
      beforeAll(async () => {
        server = await startPostgres(tempFolder(afterAll));
        server.sql('postgres', 'CREATE DATABASE hotel');
        client = new Client({ ...server.connection, database: 'hotel' });
        await client.connect();
      });
      afterAll(async () => {
        await client?.end();
        server?.end();
      });
    }
    const fresh = (): Database => {
      const made = database();
      if (name === 'PostgreSQL') made.run(`DROP TABLE IF EXISTS stays, guests, notes; ${SCHEMA}`);
      return made;
    };

    it('saves the records, restores them, reads back what it has written, and is noted for later merges', async () => {
      const hotel = fresh();
      const { repository, call } = await ready(hotel);
      const { validation, safetySnapshot, result } = await repository.restoreInto(call);
      expect(validation).toEqual({ status: 'passed', checked: 5, problems: [] });
      expect([result.changes, hotel.state()]).toEqual([5, GOOD]);
      expect(await repository.snapshot(safetySnapshot ?? '')).toMatchObject({ kind: 'safety' });
      expect(await repository.journal.entries({})).toMatchObject([{ type: 'restored', target: 'hotel' }]);
    });

    it('makes these records what they were when the validation fails, leaves others alone, and is not noted', async () => {
      const hotel = fresh();
      const { repository, call } = await ready(hotel);
      const validate = (): never => {
        hotel.run("UPDATE notes SET text = 'meanwhile'");
        return no();
      };
      expect(await failureOf(repository.restoreInto({ ...call, validate }))).toMatchObject({
        code: 'RESTORE_ROLLED_BACK',
      });
      expect(hotel.state()).toBe(BEFORE);
      expect(await repository.journal.entries({})).toEqual([]);
      expect(await repository.unfinishedRestores()).toEqual([]);
    });

    it('makes these records what they were when the service does not start with them', async () => {
      const hotel = fresh();
      const { repository, call } = await ready(hotel);
      const starts: string[] = [];
      const start = async (): Promise<void> => {
        await Promise.resolve(starts.push(hotel.state()));
        if (starts.length === 1) no();
      };
      expect(await failureOf(repository.restoreInto({ ...call, service: { start } }))).toMatchObject({
        code: 'RESTORE_ROLLED_BACK',
      });
      expect([starts, hotel.state()]).toEqual([[GOOD, BEFORE], BEFORE]);
    });

    it('finds by itself that what it has written is not there', async () => {
      const hotel = fresh();
      const { repository, call } = await ready(hotel);
      const onStep = ({ step }: SafeRestoreStep): void => {
        if (step === 'validate')
          hotel.run(
            "UPDATE stays SET room = 7 WHERE id = 1; DELETE FROM stays WHERE id = 2; INSERT INTO guests VALUES ('dora', 'Dora')",
          );
      };
      expect(await failureOf(repository.restoreInto({ ...call, onStep }))).toMatchObject({
        code: 'RESTORE_ROLLED_BACK',
        details: expect.arrayContaining([
          'Expected stays/1 as it was written, got other values: a trigger, or somebody else, has changed them',
          'Expected stays/2 to be there, got no such record',
          'Expected guests/dora to be deleted, got a record',
          'kept: stays/1',
        ]) as string[],
      });
      expect(hotel.state()).toBe(BEFORE.replace('99', '7'));
    });

    it('keeps what others have written to the same tables since, and says so', async () => {
      const hotel = fresh();
      const { repository, call } = await ready(hotel);
      const validate = (): never => {
        hotel.run(
          "UPDATE stays SET room = 7 WHERE id = 1; DELETE FROM stays WHERE id = 2; INSERT INTO stays VALUES (3, 'ann', 33), (4, 'ann', 44)",
        );
        return no();
      };
      expect(await failureOf(repository.restoreInto({ ...call, validate }))).toMatchObject({
        code: 'RESTORE_ROLLED_BACK',
        message: expect.stringContaining('what others have written since stays') as string,
        details: ['the hotel does not work', 'kept: stays/1', 'kept: stays/3'],
      });
      expect(hotel.state()).toBe('annAnn doraDora 1ann7 3ann33 4ann44');
    });

    it('goes back behind what a trigger has made of it', async () => {
      const hotel = fresh();
      const { repository, call } = await ready(hotel);
      hotel.run(TRIGGERS[name === 'SQLite' ? 'sqlite' : 'postgres']);
      expect(await failureOf(repository.restoreInto(call))).toMatchObject({ code: 'RESTORE_ROLLED_BACK' });
      expect(hotel.state()).toBe('annAnn doraDora 1ann99 3dora15');
    });

    it('that somebody was faster than changes nothing, and rolls nothing back', async () => {
      const hotel = fresh();
      const { repository, call } = await ready(hotel);
      hotel.run('UPDATE stays SET room = 98 WHERE id = 1');
      const steps: string[] = [];
      const failure = await failureOf(repository.restoreInto({ ...call, onStep: ({ step }) => steps.push(step) }));
      expect(failure).toMatchObject({ code: 'TARGET_CHANGED' });
      expect([steps, hotel.state()]).toEqual([['safety-backup', 'restore'], BEFORE.replace('99', '98')]);
    });
  });
});

describe('a guarded restore of records into JSON documents', () => {
  const written = (folder: string, count: number, note: string): string[] =>
    ['rooms.json', 'stays.jsonl'].map((name) => {
      const records = Array.from({ length: count }, (_each, id) => ({ id, note: `${note} ${id}` }));
      const path = join(folder, name);
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
      writeFileSync(
        path,
        name.endsWith('l') ? lines : `[${records.map((record) => JSON.stringify(record)).join(',')}]`,
      );
      return path;
    });

  it('brings back each byte when the validation fails', async () => {
    const repository = await createAt(newPlace());
    const folder = tempFolder();
    const documents = written(folder, 3, 'good').map((path) => ({ path, idField: 'id' }));
    const { source, target } = jsonRecords({ documents });
    await repository.backup({ sources: [recordsSource({ name: 'hotel', ...source })], name: 'good' });
    const before = written(folder, 5, 'worse').map((path) => readFileSync(path, 'utf8'));
    const prepared = await prepareRecordRestore(repository, { snapshot: 'good', target, mode: 'full' });
    const into = { snapshot: 'good', ...intoRecords({ prepared, place: documentsPlace({ documents }) }) };
    expect(await failureOf(repository.restoreInto({ ...into, validate: no }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect(documents.map(({ path }) => readFileSync(path, 'utf8'))).toEqual(before);
    const { validation } = await repository.restoreInto(into);
    expect(validation).toMatchObject({ status: 'passed', checked: 10 });
    expect(readFileSync(documents[1]?.path ?? '', 'utf8')).toContain('good 2');
  });

  it('keeps what others have written to a document since, and brings back the bytes of the others', async () => {
    const repository = await createAt(newPlace());
    const folder = tempFolder();
    const documents = written(folder, 3, 'good').map((path) => ({ path, idField: 'id' }));
    const { source, target } = jsonRecords({ documents });
    await repository.backup({ sources: [recordsSource({ name: 'hotel', ...source })], name: 'good' });
    const [, lines] = written(folder, 4, 'worse').map((path) => readFileSync(path, 'utf8'));
    const prepared = await prepareRecordRestore(repository, { snapshot: 'good', target, mode: 'full' });
    const validate = (): never => {
      const rooms = JSON.parse(readFileSync(join(folder, 'rooms.json'), 'utf8')) as { id: number; note: string }[];
      const changed = rooms.map((room) => (room.id === 1 ? { ...room, note: 'mine' } : room));
      writeFileSync(join(folder, 'rooms.json'), JSON.stringify([...changed, { id: 9, note: 'new' }]));
      return no();
    };
    const into = { snapshot: 'good', ...intoRecords({ prepared, place: documentsPlace({ documents }) }), validate };
    expect(await failureOf(repository.restoreInto(into))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      details: ['the hotel does not work', 'kept: rooms/1'],
    });
    const rooms = JSON.parse(readFileSync(join(folder, 'rooms.json'), 'utf8')) as { note: string }[];
    expect(rooms.map(({ note }) => note).toSorted()).toEqual(['mine', 'new', 'worse 0', 'worse 2', 'worse 3']);
    expect(readFileSync(join(folder, 'stays.jsonl'), 'utf8')).toBe(lines);
  });

  it.each([
    ['while it writes', (folder: string) => readdirSync(folder).some((name) => name.endsWith('.part'))],
    ['between two documents', (folder: string, old: number) => readFileSync(join(folder, 'rooms.json')).length !== old],
  ])('that is killed %s leaves each old or new, is told of, and can be gone back behind', async (_when, isTime) => {
    const place = newPlace();
    const repository = await createAt(place);
    const folder = tempFolder();
    const paths = written(folder, 4_000, 'good');
    const { source } = jsonRecords({ documents: paths.map((path) => ({ path, idField: 'id' })) });
    await repository.backup({ sources: [recordsSource({ name: 'hotel', ...source })], name: 'good' });
    const texts = (): string[] => paths.map((path) => readFileSync(path, 'utf8'));
    const ids = (text: string | undefined): number => (text ?? '').split('good').length - 1;
    written(folder, 6_000, 'worse');
    const before = texts();
    const child = spawn(process.execPath, [DOCUMENTS_RESTORE, JSON.stringify({ ...place, paths })], {
      stdio: 'inherit',
    });
    const ended = once(child, 'close');
    // As soon as something happens there.
    const watcher = watch(folder, () => {
      if (isTime(folder, before[0]?.length ?? 0)) child.kill('SIGKILL');
    });
    const [, signal] = await ended;
    watcher.close();
    expect(signal).toBe('SIGKILL');
    for (const [at, text] of texts().entries()) {
      const isOld = text === before[at];
      expect([isOld, isOld ? 4_000 : ids(text)]).toEqual([isOld, 4_000]);
    }
    const again = await openAt(place);
    const [unfinished] = await again.unfinishedRestores();
    expect(unfinished).toMatchObject({ step: 'restore', into: { name: `file:${paths.join(',')}` } });
    const documents = paths.map((path) => ({ path, idField: 'id' }));
    await again.rollBack(unfinished?.id ?? '', { place: documentsPlace({ documents }) });
    expect([texts(), readdirSync(folder).toSorted()]).toEqual([before, ['rooms.json', 'stays.jsonl']]);
  });
});

describe('what was written', () => {
  it('is compared by what was put, whatever a target adds to it', async () => {
    const records = new WrittenRecords(join(tempFolder(), 'notes'));
    await records.note({ module: 'm', type: 'put', record: { id: 'a', data: { x: 1 } } });
    const read = (data: object) => ({
      async *read(): AsyncGenerator<{ id: string; data: never }, void, undefined> {
        await setImmediate();
        yield { id: 'a', data: data as never };
      },
    });
    await records.end(read({}), new AbortController().signal);
    expect(await records.check(read({ x: 1, added: 2 }))).toEqual({ checked: 1, problems: [] });
    expect((await records.check(read({ x: 2 }))).problems).toHaveLength(1);
    await records.begin();
    expect(await records.check(read({ x: 2 }))).toEqual({ checked: 0, problems: [] });
  });
});
