import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataRecord, RecordModule, Repository, SnapshotRecord } from '../../src/index.ts';
import { listModules, readRecords, recordsSource, sqliteRecords } from '../../src/records/index.ts';
import { RECORDS } from '../fixtures/bundle.ts';
import { createAt, failureOf, listOf, newPlace, openAt, tempFolder } from '../fixtures/place.ts';
import { coded } from '../fixtures/stream-source.ts';
import { readModule, TestTable } from '../fixtures/records-machine.ts';

const from = { source: 'hotel', module: 'table' };

async function idsIn(repository: Repository, snapshot: string): Promise<string[]> {
  return (await listOf(readRecords(repository, snapshot, from))).map(({ id }) => id);
}

function filled(count: number): TestTable {
  const table = new TestTable();
  for (let i = 0; i < count; i++) table.put(`r${String(i).padStart(4, '0')}`, { i, note: `note ${i}` });
  return table;
}

const detailsOf = (snapshot: SnapshotRecord | undefined): object => snapshot?.sources[0]?.details ?? {};

describe('a backup of records', () => {
  it('reads what has changed, and each snapshot restores alone when the others are gone', async () => {
    const place = newPlace();
    const repository = await createAt(place);
    const table = filled(500);
    const sources = [recordsSource({ name: 'hotel', modules: [table.module('ids')], overlapMs: 0 })];
    const states: { id: string; ids: string[] }[] = [];
    for (let round = 0; round < 4; round++) {
      table.given.records = 0;
      const { snapshot } = await repository.backup({ sources });
      const read = round === 0 ? 500 : 2;
      expect(table.given.records).toBe(read);
      const about = { reading: round === 0 ? 'all' : 'changed', read, deletes: 'known' };
      expect(detailsOf(snapshot)).toMatchObject({ ...about, modules: { table: about } });
      states.push({ id: snapshot?.id as string, ids: [...table.records.keys()].toSorted() });
      table.put(`new-${round}`, { round });
      table.put('r0007', { round });
      table.delete(`r010${round}`);
    }
    for (const { id, ids } of states) expect(await idsIn(repository, id)).toEqual(ids);
    const [kept] = states.slice(-1) as [{ id: string; ids: string[] }];
    await repository.forget({ snapshots: states.slice(0, 3).map(({ id }) => id) });
    await repository.prune();
    const other = await openAt(place);
    expect(await idsIn(other, kept.id)).toEqual(kept.ids);
    expect(await other.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    expect(await listModules(other, kept.id, { source: 'hotel' })).toMatchObject([{ name: 'table', deletes: 'known' }]);
    const some = readRecords(other, kept.id, { ...from, ids: ['r0007', 'none', 'new-1'] });
    expect(await listOf(some)).toMatchObject([{ id: 'new-1' }, { id: 'r0007', data: { round: 2 } }]);
    // Told to, it reads everything again.
    table.given.records = 0;
    await other.backup({ sources, kind: 'full' });
    expect(table.given.records).toBe(table.records.size);
    await other.backup({ sources: [recordsSource({ name: 'hotel', modules: [table.module('ids')], mode: 'full' })] });
    expect(table.given.records).toBe(2 * table.records.size);
  });

  it('says so when it can not know what was deleted', async () => {
    const repository = await createAt(newPlace());
    const table = filled(3);
    const sources = [recordsSource({ name: 'hotel', modules: [table.module('none')] })];
    await repository.backup({ sources });
    table.delete('r0001');
    const { snapshot } = await repository.backup({ sources });
    expect(detailsOf(snapshot)).toMatchObject({
      deletes: 'deletes unknown',
      modules: { table: { deletes: 'deletes unknown' } },
    });
    expect(await listModules(repository, 'latest', { source: 'hotel' })).toMatchObject([{ deletes: 'unknown' }]);
    expect(await idsIn(repository, 'latest')).toHaveLength(3);
    await repository.backup({ sources, kind: 'full' });
    expect(await idsIn(repository, 'latest')).toEqual(['r0000', 'r0002']);
  });

  it('leaves out a module that fails, keeps the others, and reads it in full the next time', async () => {
    const repository = await createAt(newPlace());
    const [table, other] = [filled(20), filled(5)];
    let isBroken = false;
    const broken: RecordModule = {
      ...table.module('ids'),
      async *read(options) {
        yield* table.module('ids').read(options);
        if (isBroken) throw coded('EPIPE', 'the server has gone');
      },
    };
    const sources = [
      recordsSource({ name: 'hotel', modules: [broken, { ...other.module('ids'), name: 'other' }], overlapMs: 0 }),
    ];
    await repository.backup({ sources });
    isBroken = true;
    const result = await repository.backup({ sources });
    expect(result).toMatchObject({ status: 'partial', problems: [{ path: 'hotel/table/module.json', code: 'EPIPE' }] });
    expect((await listModules(repository, 'latest', { source: 'hotel' })).map(({ name }) => name)).toEqual(['other']);
    expect(await failureOf(idsIn(repository, 'latest'))).toMatchObject({ code: 'MODULE_NOT_FOUND' });
    isBroken = false;
    table.given.records = 0;
    other.given.records = 0;
    expect(await repository.backup({ sources })).toMatchObject({ status: 'ok' });
    expect([table.given.records, other.given.records]).toEqual([20, 0]);
    expect(await idsIn(repository, 'latest')).toHaveLength(20);
  });

  it('is made at rest: what writes is quiesced, the transaction begun, all read, both ended', async () => {
    const repository = await createAt(newPlace());
    const log: string[] = [];
    const note = (what: string) => async (): Promise<void> => void log.push(what);
    const module: RecordModule = {
      name: 'table',
      async *read() {
        log.push('read');
        yield { id: 'a', data: null };
      },
    };
    const hooks = { quiesce: note('quiesce'), open: note('open'), close: note('close'), resume: note('resume') };
    const sources = [recordsSource({ name: 'hotel', modules: [module], ...hooks })];
    await repository.backup({ sources });
    expect(log.splice(0)).toEqual(['quiesce', 'open', 'read', 'close', 'resume']);
    await repository.backup({ sources, dryRun: true });
    expect(log.splice(0)).toEqual(['open', 'close']);
    const failing = recordsSource({
      name: 'hotel',
      modules: [module],
      ...hooks,
      open: async () => {
        throw coded('EBUSY', 'locked');
      },
    });
    expect(await failureOf(repository.backup({ sources: [failing] }))).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(log).toEqual(['quiesce', 'close', 'resume']);
  });

  it('leaves nothing of a run that was killed, and goes on from the snapshot before', async () => {
    const place = newPlace();
    const table = filled(300);
    const sources = [recordsSource({ name: 'hotel', modules: [table.module('ids')], overlapMs: 0 })];
    const repository = await createAt(place);
    const { snapshot } = await repository.backup({ sources });
    const parts = JSON.stringify({ ...place, count: 6_000 });
    const child = spawn(process.execPath, [RECORDS, parts], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    table.put('r0001', 'changed');
    table.given.records = 0;
    const other = await openAt(place);
    expect(await other.snapshots()).toHaveLength(1);
    expect(await other.backup({ sources })).toMatchObject({ status: 'ok', parent: snapshot?.id });
    expect(table.given.records).toBe(1);
    expect(await idsIn(other, 'latest')).toEqual([...table.records.keys()].toSorted());
    expect(await other.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  it('takes tables of a database', async () => {
    const repository = await createAt(newPlace());
    const file = join(tempFolder(), 'hotel.db');
    const database = new DatabaseSync(file);
    let now = 1_800_000_000_000;
    const clock = (): number => now;
    database.exec(`CREATE TABLE "table" (id TEXT PRIMARY KEY, n INTEGER, at INTEGER);
      WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < 3000)
      INSERT INTO "table" SELECT printf('b%05d', value), value, ${now} FROM numbers`);
    const { source } = sqliteRecords({ database: file, tables: [{ table: 'table', updatedAt: 'at' }], clock });
    const sources = [recordsSource({ name: 'hotel', ...source, clock })];
    now += 3_600_000;
    await repository.backup({ sources });
    database.exec(`UPDATE "table" SET n = -n, at = ${now} WHERE n % 100 = 1; DELETE FROM "table" WHERE n = 50`);
    const { snapshot } = await repository.backup({ sources });
    expect(detailsOf(snapshot)).toMatchObject({ reading: 'changed', read: 30, deletes: 'known' });
    // Another choice of rows is another module: what it takes in was there all the time.
    const where = { sql: 'n > ?', values: [1_000] };
    const some = sqliteRecords({ database: file, tables: [{ table: 'table', updatedAt: 'at', where }], clock }).source;
    const other = { sources: [recordsSource({ name: 'hotel', ...some, clock })], dryRun: true };
    expect(await repository.backup(other)).toMatchObject({ status: 'ok' });
    expect(await some.modules[0]?.schema?.({ signal: AbortSignal.timeout(9_999) }).catch(({ code }) => code)).toBe(
      'CLOSED',
    );
    const records = await listOf(readRecords(repository, 'latest', from));
    const rows = database.prepare(`SELECT * FROM "table" ORDER BY id`).all() as { id: string; at: number }[];
    expect(records).toEqual(rows.map((row) => ({ id: row.id, updatedAt: row.at, data: { ...row } })));
  });

  it.each([
    [{ modules: [] }],
    [{ modules: [{ name: 'A', read: () => listless() }] }],
    [{ modules: [{ name: '../x', read: () => listless() }] }],
    [{ modules: [1, 2].map(() => ({ name: 'a', read: () => listless() })) }],
    [{ modules: [{ name: 'a', read: () => listless() }], overlapMs: -1 }],
    [{ modules: [{ name: 'a', read: () => listless() }], since: Number.NaN }],
  ])('refuses %o at once', (options) => {
    expect(() => recordsSource(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

async function* listless(): AsyncGenerator<DataRecord, void, undefined> {
  // None.
}

describe('what is stored of records', () => {
  it.each([
    ['no JSON', 'table/module.json', '{'],
    ['a later version', 'table/module.json', '{"format":"holdfast-records","version":9}'],
    [
      'a path elsewhere',
      'table/module.json',
      '{"format":"holdfast-records","version":0,"reading":"all","read":0,"deletes":"known","deletedSince":0,"changesSince":0,"segments":[[{"file":"../x.jsonl","first":"a","last":"b","sha256":"","records":1,"deleted":0,"bytes":1}]]}',
    ],
    ['a line that is none', 'table/000001.jsonl', '{"ID":"a"}\n'],
    ['lines in no order', 'table/000001.jsonl', '{"id":"b","data":1}\n{"id":"a","data":1}\n'],
    ['too few lines', 'table/000001.jsonl', '{"id":"a","data":1}\n'],
    ['half a line', 'table/000001.jsonl', '{"id":"a","data":1}\n{"id":"b","da'],
  ])('is refused when it is %s', async (_what, path, content) => {
    const { files } = await readModule(filled(2).module('none'), undefined);
    const bad = new Map(files).set(path, Buffer.from(content));
    const snapshot = {
      read: (_id: string, at: { path: string }) => listed(bad.get(at.path.slice(6))),
      entries: listless,
    };
    const code = path.endsWith('json') && content.includes('9}') ? 'UNSUPPORTED_FORMAT' : 'OBJECT_INVALID';
    expect(await failureOf(listOf(readRecords(snapshot as never, 'x', from)))).toMatchObject({ code });
  });
});

async function* listed(bytes: Buffer | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes !== undefined) yield bytes;
}
