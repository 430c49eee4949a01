import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { type DataDifference, diffRecords, type DiffRecordsOptions, scratchRecords } from '../../src/merge/index.ts';
import { recordsSource, sqliteRecords, type RecordAdapter } from '../../src/records/index.ts';
import type { ScratchRequest } from '../../src/validate/contract.ts';
import { validateRestore } from '../../src/validate/validate-restore.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';

const HOTEL = `CREATE TABLE rooms (id TEXT PRIMARY KEY, name TEXT, size REAL, changed INTEGER);
CREATE TABLE stays (room TEXT, guest TEXT, changed INTEGER, PRIMARY KEY (room, guest));
INSERT INTO rooms VALUES ('r1', 'one', 1.5, 1000), ('r2', NULL, 2, 1000), ('r10', 'ten', 3, 1000), ('Zürich', 'four', 4, 1000);
INSERT INTO stays VALUES ('r1', 'ann', 1000), ('r2', 'bob', 1000);`;
const TABLES = ['rooms', 'stays'].map((table) => ({ table, updatedAt: 'changed' }));

describe('records of a snapshot and the live ones', () => {
  const place = newPlace(afterAll);
  const database = join(tempFolder(afterAll), 'hotel.db');
  let repository: Repository;
  const sql = (text: string): void => {
    const open = new DatabaseSync(database);
    open.exec(text);
    open.close();
  };
  const adapterOf = (tables = TABLES): RecordAdapter => sqliteRecords({ database, tables });
  const recreate = (): void => {
    rmSync(database, { force: true });
    sql(HOTEL);
  };
  beforeAll(async () => {
    recreate();
    repository = await createAt(place);
    await repository.backup({ tenant: 'north', sources: [recordsSource({ name: 'hotel', ...adapterOf().source })] });
  });
  beforeEach(recreate);

  const diff = async (options: Partial<DiffRecordsOptions> = {}): Promise<DataDifference[]> =>
    await listOf(
      diffRecords({ repository, snapshot: 'latest', tenant: 'north', live: adapterOf().target, ...options }),
    );

  it('are the same right after, module by module', async () => {
    const none = { count: 0, ids: [] };
    const about = {
      path: 'hotel',
      change: 'same',
      compared: 'key',
      schema: [],
      added: none,
      changed: none,
      removed: none,
    };
    expect(await diff()).toEqual([
      { ...about, name: 'rooms', before: 4, after: 4 },
      { ...about, name: 'stays', before: 2, after: 2 },
    ]);
  });

  it('differ by ids: added, changed and removed', async () => {
    sql(`INSERT INTO rooms VALUES ('r3', 'three', NULL, 2000); UPDATE rooms SET name = 'uno' WHERE id = 'r1';
      UPDATE rooms SET size = NULL WHERE id = 'r2'; DELETE FROM rooms WHERE id = 'Zürich'; DELETE FROM stays`);
    expect(await diff({ maxIds: 1 })).toMatchObject([
      {
        name: 'rooms',
        change: 'changed',
        before: 4,
        after: 4,
        added: { count: 1, ids: ['r3'] },
        changed: { count: 2, ids: ['r1'] },
        removed: { count: 1, ids: ['Zürich'] },
      },
      { name: 'stays', change: 'changed', after: 0, removed: { count: 2, ids: ['["r1","ann"]'] } },
    ]);
  });

  it('differ by columns, and by modules that one side has', async () => {
    sql(
      'CREATE TABLE guests (id TEXT PRIMARY KEY, changed INTEGER); INSERT INTO guests VALUES (1, 2); ALTER TABLE rooms ADD COLUMN stars INTEGER',
    );
    const live = adapterOf([...TABLES.slice(0, 1), { table: 'guests', updatedAt: 'changed' }]).target;
    expect(await diff({ live })).toMatchObject([
      { name: 'guests', change: 'added', after: 1 },
      { name: 'rooms', change: 'changed', schema: [{ part: 'column stars', after: 'INTEGER' }], changed: { count: 0 } },
      { name: 'stays', change: 'removed', before: 2 },
    ]);
    expect(await diff({ tables: ['st*'] })).toMatchObject([{ name: 'stays' }]);
    expect(await failureOf(diff({ tables: ['x*'] }))).toMatchObject({ code: 'MODULE_NOT_FOUND' });
  });

  it("another tenant's snapshot is refused, and a run can be ended", async () => {
    const { id } = await repository.snapshot('latest', { tenant: 'north' });
    expect(await failureOf(diff({ tenant: 'south', snapshot: id }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await failureOf(diff({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' });
  });

  const checksOf = async (
    options: Parameters<typeof scratchRecords>[0] = {},
    tamper?: (folder: string) => void,
  ): Promise<unknown> => {
    const records = async (
      request: ScratchRequest,
    ): Promise<Awaited<ReturnType<ReturnType<typeof scratchRecords>>>> => {
      tamper?.(join(request.sandbox, 'hotel'));
      return await scratchRecords(options)(request);
    };
    const what = { snapshot: 'latest', tenant: 'north', restoreInto: { records }, sandbox: place.out };
    const { checks } = await validateRestore(repository, what);
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  };

  it('are all read in a trial restore, and their columns compared with those of live tables', async () => {
    expect(await checksOf({ live: adapterOf().target })).toMatchObject({
      schema: { status: 'passed', source: 'hotel', detail: 'modules of records: rooms, stays' },
      data: { status: 'passed', checked: 6 },
      live: { status: 'passed', checked: 2 },
    });
    sql('ALTER TABLE rooms RENAME COLUMN size TO area; DROP TABLE stays');
    expect(await checksOf({ live: adapterOf(TABLES.slice(0, 1)).target })).toMatchObject({
      data: { status: 'passed' },
      live: {
        status: 'failed',
        problems: [
          {
            path: 'hotel/rooms',
            code: 'SCHEMA_CHANGED',
            message: 'column size is REAL in the backup, and nothing live',
          },
          { path: 'hotel/rooms', message: 'column area is nothing in the backup, and REAL live' },
          { path: 'hotel/stays', message: 'it is in the backup, and not live' },
        ],
      },
    });
    expect(await checksOf()).toMatchObject({ live: { status: 'skipped' } });
  });

  it.each([
    ['a changed byte', 'rooms/000001.jsonl', (text: string) => text.replace('one', 'two'), 'SHA-256'],
    [
      'a number that is wrong',
      'rooms/module.json',
      (text: string) => text.replace('"records": 4,\n "deletes"', '"records": 5,\n "deletes"'),
      'it says 5 records, and has 4',
    ],
    [
      'a column that nobody knows',
      'rooms/module.json',
      (text: string) => text.replace('"size": "REAL"', '"sice": "REAL"'),
      'records have size',
    ],
    ['no module', 'rooms/module.json', () => '{}', 'to be a module of records'],
  ])('that came back with %s fail the trial', async (_what, file, change, message) => {
    const tamper = (folder: string): void => {
      const path = join(folder, file);
      const before = readFileSync(path, 'utf8');
      expect(change(before)).not.toBe(before);
      writeFileSync(path, change(before));
    };
    const checks = (await checksOf({}, tamper)) as Record<
      'schema' | 'data',
      { status: string; problems: { message: string }[] }
    >;
    const failed = checks.data.status === 'failed' ? checks.data : checks.schema;
    expect(failed).toMatchObject({ status: 'failed', problems: [{ message: expect.stringContaining(message) }] });
  });
});
