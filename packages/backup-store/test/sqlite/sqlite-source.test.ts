import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupResult, BackupSource, Repository } from '../../src/index.ts';
import { sqliteSource, type SqliteSourceOptions } from '../../src/sqlite/index.ts';
import { IS_ROOT } from '../fixtures/child.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { makeDatabase, startWriter, stateOf } from '../fixtures/sqlite.ts';
import { mountSmallDisk, resizeDisk } from '../fixtures/tmpfs.ts';
import { sourceOf } from '../fixtures/stream-source.ts';

const MiB = 1024 * 1024;

describe('a SQLite database', () => {
  const place = newPlace(afterAll);
  let repository: Repository;
  beforeAll(async () => {
    repository = await createAt(place);
  });

  const backUp = async (...sources: BackupSource[]): Promise<BackupResult> => await repository.backup({ sources });

  /** What a snapshot's database holds, restored to a file with nothing beside it. */
  async function restoredState(path: string, snapshot = 'latest'): Promise<ReturnType<typeof stateOf>> {
    const file = join(tempFolder(), 'back.db');
    writeFileSync(file, Buffer.concat(await listOf(repository.read(snapshot, { path }))));
    return stateOf(file);
  }

  it.each(['wal', 'delete'] as const)(
    'in mode %s is one state of it in each backup while others write',
    async (journalMode) => {
      const path = makeDatabase(join(tempFolder(), 'app.db'), { journalMode, ballast: 2 * MiB });
      await startWriter(path);
      await startWriter(path);
      const seen: number[] = [];
      for (let i = 0; i < 3; i++) {
        const { status, problems } = await backUp(sqliteSource({ path, name: `${journalMode}.db` }));
        expect({ status, problems }).toEqual({ status: 'ok', problems: [] });
        const state = await restoredState(`${journalMode}.db`);
        expect(state).toMatchObject({ version: 1, sum: 1_000_000, missing: 0, integrity: 'ok' });
        seen.push(state.transactions);
      }
      // They went on writing meanwhile.
      expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
      expect(readdirSync(join(path, '..')).filter((name) => name.startsWith('.'))).toEqual([]);
    },
  );

  it('has what is only in its -wal, and says what it is', async () => {
    const path = makeDatabase(join(tempFolder(), 'walled.db'));
    const open = new DatabaseSync(path);
    open.exec('UPDATE credits SET amount = amount - 5 WHERE id = 1; UPDATE debits SET amount = 5 WHERE id = 1');
    open.exec('UPDATE counted SET transactions = 5');
    const { sources } = await backUp(sqliteSource({ path }));
    open.close();
    expect(sources[0]).toMatchObject({ kind: 'sqlite', path: 'walled.db', status: 'ok', files: 1 });
    expect(sources[0]?.details).toMatchObject({
      journalMode: 'wal',
      pageSize: 4096,
      userVersion: 1,
      encoding: 'UTF-8',
      check: 'full',
      problems: 0,
      sqlite: expect.stringMatching(/^3\./) as string,
    });
    expect(await restoredState('walled.db')).toMatchObject({ transactions: 5, missing: 0, integrity: 'ok' });
  });

  it('that a killed writer has left in the middle of a transaction is rolled back first', async () => {
    const path = makeDatabase(join(tempFolder(), 'hot.db'), { journalMode: 'delete', ballast: MiB });
    const writer = await startWriter(path);
    await writer.kill();
    // What a power loss leaves: a journal, and pages that were changed already.
    const open = new DatabaseSync(path);
    open.exec('PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE ballast SET data = zeroblob(1000)');
    const left = readFileSync(`${path}-journal`);
    const torn = readFileSync(path);
    open.close();
    writeFileSync(path, torn);
    writeFileSync(`${path}-journal`, left);
    const { status } = await backUp(sqliteSource({ path }));
    expect(status).toBe('ok');
    expect(await restoredState('hot.db')).toMatchObject({ sum: 1_000_000, missing: 0, integrity: 'ok' });
  });

  it('that changed a little is stored again by its changed pages only, and not at all when nothing changed', async () => {
    const path = makeDatabase(join(tempFolder(), 'large.db'), { ballast: 8 * MiB });
    const first = await backUp(sqliteSource({ path }));
    expect(first.counts.bytesNew).toBeGreaterThan(8 * MiB);
    const same = await backUp(sqliteSource({ path }));
    expect(same.counts).toMatchObject({ bytesNew: 0, filesUnchanged: 1 });
    const open = new DatabaseSync(path);
    open.exec('UPDATE ballast SET data = randomblob(8000) WHERE rowid % 100 = 1');
    open.close();
    const { counts } = await backUp(sqliteSource({ path }));
    expect(counts.bytesNew).toBeLessThan(MiB);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  const folder = tempFolder(afterAll);
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  it.each<[string, string, () => Partial<SqliteSourceOptions> & { readonly path: string }]>([
    ['is not there', 'DATABASE_NOT_FOUND', () => ({ path: join(folder, 'none.db') })],
    ['is a folder', 'NOT_A_DATABASE', () => ({ path: folder })],
    ['is another file', 'NOT_A_DATABASE', () => ({ path: file('text', 'no database at all\n'.repeat(100)) })],
    [
      'is damaged where only its check sees it',
      'DATABASE_DAMAGED',
      () => {
        const path = makeDatabase(join(folder, 'damaged.db'), { ballast: MiB });
        const bytes = readFileSync(path);
        bytes.fill(0xee, 8192, 16_384);
        return { path: file('damaged.db', bytes) };
      },
    ],
    [
      'is cut off',
      'DATABASE_DAMAGED',
      () => {
        const path = makeDatabase(join(folder, 'short.db'), { ballast: MiB });
        truncateSync(path, 512 * 1024);
        return { path };
      },
    ],
    [
      'is to be copied to where nothing is',
      'PATH_FAILED',
      () => ({ path: makeDatabase(join(folder, 'room.db')), workDirectory: '/nowhere/at/all' }),
    ],
    [
      'is to be cut inside of pages',
      'INVALID_OPTION',
      () => ({ path: makeDatabase(join(folder, 'cuts.db')), chunkBytes: 6000 }),
    ],
  ])('that %s fails with %s, and other sources are kept', async (_what, code, options) => {
    const { status, sources } = await backUp(
      sqliteSource({ name: 'bad', ...options() }),
      sourceOf('other', { '': 'kept' }),
    );
    expect(status).toBe('partial');
    expect(sources).toMatchObject([{ status: 'failed', entries: 0, error: { code } }, { status: 'ok' }]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.skipIf(!IS_ROOT)('without room for a copy fails, and says so', async () => {
    const disk = join(tempFolder(), 'disk');
    mountSmallDisk(disk, 'size=256k');
    const path = makeDatabase(join(tempFolder(), 'large.db'), { ballast: MiB });
    const { problems } = await backUp(sqliteSource({ path, workDirectory: disk }), sourceOf('other', { '': 'kept' }));
    expect(problems).toMatchObject([
      { code: 'PATH_FAILED', message: expect.stringContaining('Expected room') as string },
    ]);
    expect(readdirSync(disk)).toEqual([]);
  });

  it.skipIf(!IS_ROOT)(
    'of which the repository has no room for the rest is in no snapshot, and in the next one whole',
    async () => {
      const small = newPlace();
      mountSmallDisk(small.store, 'size=12m');
      const beside = tempFolder();
      const path = makeDatabase(join(beside, 'growing.db'), { ballast: MiB });
      await using full = await createAt(small);
      const source = sqliteSource({ path });
      expect(await full.backup({ sources: [source], name: 'fits' })).toMatchObject({ status: 'ok' });
      new DatabaseSync(path).exec(
        'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO ballast SELECT randomblob(1000000) FROM n',
      );
      expect(await failureOf(full.backup({ sources: [source] }))).toMatchObject({ code: 'NO_SPACE' });
      expect((await full.snapshots()).map(({ name }) => name)).toEqual(['fits']);
      expect(readdirSync(beside).filter((name) => name.startsWith('.'))).toEqual([]);
      resizeDisk(small.store, '100m');
      expect(await full.backup({ sources: [source] })).toMatchObject({ status: 'ok', problems: [] });
      const back = join(tempFolder(), 'back.db');
      writeFileSync(back, Buffer.concat(await listOf(full.read('latest', { path: 'growing.db' }))));
      expect(stateOf(back)).toMatchObject({ ...stateOf(path), integrity: 'ok' });
      expect(statSync(back).size).toBeGreaterThan(20_000_000);
      expect((await full.verify({ level: 'full' })).findings.filter(({ code }) => code !== 'unindexed')).toEqual([]);
    },
  );

  it('that somebody has locked for longer than it may wait is busy, and is not read', async () => {
    const path = makeDatabase(join(tempFolder(), 'locked.db'), { journalMode: 'delete' });
    const open = new DatabaseSync(path);
    open.exec('BEGIN EXCLUSIVE');
    const failure = await failureOf(backUp(sqliteSource({ path, waitMs: 50 })));
    open.close();
    expect(failure).toMatchObject({
      code: 'SOURCE_FAILED',
      details: [expect.stringContaining('DATABASE_BUSY') as string],
    });
  });

  it('has a copy that nobody else can read, which goes when the run ends early, and the next run removes one of a dead process', async () => {
    const folderOfOne = tempFolder();
    const path = makeDatabase(join(folderOfOne, 'app.db'), { ballast: MiB });
    const left = join(folderOfOne, '.app.db.backup-0123456789ab');
    mkdirSync(left);
    writeFileSync(join(left, 'lock'), '');
    writeFileSync(join(left, 'copy'), 'secret');
    const run = { signal: new AbortController().signal, describe: () => undefined };
    const entries = sqliteSource({ path }).read(run)[Symbol.asyncIterator]();
    await entries.next();
    const [name = ''] = readdirSync(folderOfOne).filter((each) => each.startsWith('.'));
    expect(name).not.toBe('.app.db.backup-0123456789ab');
    expect(statSync(join(folderOfOne, name)).mode & 0o777).toBe(0o700);
    expect(statSync(join(folderOfOne, name, 'copy')).mode & 0o777).toBe(0o600);
    // One that is at work is left alone.
    const others = sqliteSource({ path }).read(run)[Symbol.asyncIterator]();
    await others.next();
    expect(readdirSync(folderOfOne).filter((each) => each.startsWith('.'))).toHaveLength(2);
    await entries.return?.();
    await others.return?.();
    expect(readdirSync(folderOfOne)).not.toContainEqual(expect.stringMatching(/^\./));
  });

  it.each([{ path: '' }, { path: 'a.db', waitMs: -1 }])('with %o is an invalid option', (options) => {
    expect(() => sqliteSource(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
  });
});
