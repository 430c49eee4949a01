import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  createReadStream,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import {
  recoverSqliteRestore,
  restoreSqlite,
  type RestoreSqliteOptions,
  sqliteSource,
} from '../../src/sqlite/index.ts';
import { IS_ROOT } from '../fixtures/child.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { mountSmallDisk } from '../fixtures/tmpfs.ts';
import { makeDatabase, startWriter, stateOf, type Writer } from '../fixtures/sqlite.ts';
import { streamOf } from '../fixtures/stream-source.ts';

const source = makeDatabase(join(tempFolder(afterAll), 'from.db'), { version: 2 });
/** What there is to restore. */
const wanted = (): AsyncIterable<Uint8Array> => createReadStream(source);

/** A folder with an old database. */
function live(options: Parameters<typeof makeDatabase>[1] = {}): { folder: string; to: string } {
  const folder = tempFolder();
  return { folder, to: makeDatabase(join(folder, 'app.db'), options) };
}

/** Events of a restore, by their types. */
async function eventsOf(options: RestoreSqliteOptions): Promise<string[]> {
  const events: string[] = [];
  await restoreSqlite({ ...options, onEvent: ({ type }) => events.push(type) });
  return events;
}

describe('a restore over a live database', () => {
  it.each(['wal', 'delete'] as const)(
    'in mode %s stops a service that writes all the time, and it goes on with the new one',
    async (journalMode) => {
      const place = newPlace();
      await using repository = await createAt(place);
      const { folder, to } = live({ journalMode });
      let service: Writer = await startWriter(to, 1);
      await repository.backup({ sources: [sqliteSource({ path: to })] });
      await service.end();
      const broken = new DatabaseSync(to);
      broken.exec('PRAGMA user_version = 66; DELETE FROM credits');
      broken.close();
      service = await startWriter(to, 1);
      const events = await eventsOf({
        to,
        read: repository.read('latest', { path: 'app.db' }),
        stop: async () => await service.end(),
        start: async () => void (service = await startWriter(to, 1)),
      });
      await service.end();
      expect(stateOf(to)).toMatchObject({ version: 1, sum: 1_000_000, missing: 0, integrity: 'ok' });
      expect(events).toEqual([
        'restore.prepared',
        'service.stopped',
        'database.replaced',
        'database.validated',
        'service.started',
        'restore.finished',
      ]);
      expect(readdirSync(folder)).toEqual(['app.db']);
    },
  );

  it('is saved when nobody writes any more, so that nothing of the old database is lost', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const { to } = live();
    const service = await startWriter(to, 1);
    let last = 0;
    const events = await eventsOf({
      to,
      read: wanted(),
      stop: async () => {
        await service.end();
        last = stateOf(to).transactions;
      },
      save: async (path) =>
        void (await repository.backup({ sources: [sqliteSource({ path })], kind: 'safety', atomic: true })),
    });
    expect(events.slice(0, 4)).toEqual(['restore.prepared', 'service.stopped', 'database.saved', 'database.replaced']);
    expect(stateOf(to).version).toBe(2);
    await restoreSqlite({ to, read: repository.read('latest', { path: 'app.db' }) });
    expect(stateOf(to)).toMatchObject({ version: 1, transactions: last, missing: 0 });
  });

  it('stays as it is, and its service goes on, when it can not be saved', async () => {
    const { folder, to } = live();
    let isRunning = true;
    const restore = restoreSqlite({
      to,
      read: wanted(),
      stop: async () => void (isRunning = false),
      save: async () => await Promise.reject(Object.assign(new Error('no room'), { code: 'STORE_FULL' })),
      start: async () => void (isRunning = true),
    });
    expect(await failureOf(restore)).toMatchObject({ code: 'STORE_FULL' });
    expect([stateOf(to).version, isRunning, readdirSync(folder)]).toEqual([1, true, ['app.db']]);
    let saved = 0;
    await restoreSqlite({ to: join(folder, 'other.db'), read: wanted(), save: async () => void saved++ });
    expect(saved).toBe(0);
  });

  it('of a service that was killed leaves nothing of its -wal beside the new one', async () => {
    const { folder, to } = live();
    const service = await startWriter(to);
    await service.kill();
    expect(readdirSync(folder)).toContain('app.db-wal');
    const result = await restoreSqlite({ to, read: wanted() });
    expect(result).toMatchObject({ path: to, replaced: true, recovered: 'none', facts: { userVersion: 2 } });
    expect(readdirSync(folder)).toEqual(['app.db']);
    expect(readFileSync(to).equals(readFileSync(source))).toBe(true);
  });

  it.each([
    ['its check fails', { check: async () => await Promise.reject(new Error('no orders in it')) }],
    ['the service does not start with it', { start: async () => await Promise.resolve() }],
  ])('puts the old one back when %s, with what is only in its -wal', async (_what, failing) => {
    const { folder, to } = live();
    const service = await startWriter(to);
    await service.kill();
    const before = join(tempFolder(), 'app.db');
    for (const end of ['', '-wal', '-shm']) copyFileSync(to + end, before + end);
    let starts = 0;
    const start = async (): Promise<void> => {
      if (++starts === 1 && !('check' in failing)) throw new Error('it does not start');
    };
    const failure = await failureOf(restoreSqlite({ to, read: wanted(), ...failing, start }));
    expect(failure).toMatchObject({ code: 'RESTORE_ROLLED_BACK' });
    expect(starts).toBe('check' in failing ? 1 : 2);
    expect(stateOf(to)).toEqual(stateOf(before));
    expect(readdirSync(folder)).toEqual(['app.db']);
  });

  it('says so when the service does not start with the old one either', async () => {
    const { to } = live();
    const start = async (): Promise<void> => await Promise.reject(new Error('out of memory'));
    expect(await failureOf(restoreSqlite({ to, read: wanted(), start }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      details: ['the service did not start with the old database: out of memory'],
    });
  });

  it('that is broken itself replaces it', async () => {
    const { folder, to } = live();
    writeFileSync(to, 'what a disk makes of databases\n'.repeat(500));
    writeFileSync(`${to}-wal`, 'and of what is beside them');
    await restoreSqlite({ to, read: wanted() });
    expect(stateOf(to)).toMatchObject({ version: 2, integrity: 'ok' });
    expect(readdirSync(folder)).toEqual(['app.db']);
  });

  it('puts one that is broken back as it was, too', async () => {
    const { folder, to } = live();
    writeFileSync(to, 'broken');
    const check = async (): Promise<void> => await Promise.reject(new Error('no'));
    expect(await failureOf(restoreSqlite({ to, read: wanted(), check }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect(readFileSync(to, 'utf8')).toBe('broken');
    expect(readdirSync(folder)).toEqual(['app.db']);
  });

  it.each(['wal', 'delete'] as const)(
    'in mode %s that somebody has open is refused, and nothing is touched',
    async (journalMode) => {
      const { folder, to } = live({ journalMode });
      const open = new DatabaseSync(to);
      open.exec('SELECT count(*) FROM credits');
      const failure = await failureOf(restoreSqlite({ to, read: wanted() }));
      // Its stop hook did not do what it should.
      const stop = async (): Promise<void> => await Promise.resolve();
      let starts = 0;
      const start = async (): Promise<void> => void starts++;
      const still = await failureOf(restoreSqlite({ to, read: wanted(), stop, start, waitMs: 0 }));
      open.close();
      expect([failure, still]).toMatchObject([{ code: 'DATABASE_BUSY' }, { code: 'DATABASE_BUSY' }]);
      expect(starts).toBe(1);
      expect(stateOf(to)).toMatchObject({ version: 1 });
      expect(readdirSync(folder)).toEqual(['app.db']);
    },
  );

  it('is refused while another one is at work', async () => {
    const { to } = live();
    let second: unknown;
    const stop = async (): Promise<void> => void (second = await failureOf(restoreSqlite({ to, read: wanted() })));
    await restoreSqlite({ to, read: wanted(), stop });
    expect(second).toMatchObject({ code: 'DATABASE_BUSY' });
    expect(stateOf(to)).toMatchObject({ version: 2 });
  });

  it.each([
    ['is no database', 'NOT_A_DATABASE', () => streamOf(Buffer.from('a dump in SQL\n'.repeat(500)))],
    ['is cut off', 'DATABASE_DAMAGED', () => streamOf(readFileSync(source).subarray(0, 20_480))],
    [
      'fails on the way',
      'OBJECT_DAMAGED',
      () => streamOf(readFileSync(source), { failure: Object.assign(new Error('x'), { code: 'OBJECT_DAMAGED' }) }),
    ],
  ])('of what %s fails before the service is stopped', async (_what, code, read) => {
    const { folder, to } = live();
    const stop = async (): Promise<void> => await Promise.reject(new Error('it was stopped'));
    expect(await failureOf(restoreSqlite({ to, read: read(), stop }))).toMatchObject({ code });
    expect(stateOf(to)).toMatchObject({ version: 1 });
    expect(readdirSync(folder)).toEqual(['app.db']);
  });

  it('that is ended early while the service stops starts it again', async () => {
    const { folder, to } = live();
    const end = new AbortController();
    let starts = 0;
    const hooks = { stop: async () => end.abort(), start: async () => void starts++ };
    expect(await failureOf(restoreSqlite({ to, read: wanted(), ...hooks, signal: end.signal }))).toMatchObject({
      code: 'ABORTED',
    });
    expect(starts).toBe(1);
    expect(stateOf(to)).toMatchObject({ version: 1 });
    expect(readdirSync(folder)).toEqual(['app.db']);
  });

  it('keeps permissions and owner, follows a link and leaves it', async () => {
    const { folder, to } = live();
    chmodSync(to, 0o640);
    if (IS_ROOT) chownSync(to, 12_345, 12_346);
    const { uid, gid } = statSync(to);
    symlinkSync(to, join(folder, 'current.db'));
    const { path } = await restoreSqlite({ to: join(folder, 'current.db'), read: wanted() });
    expect(path).toBe(to);
    expect(statSync(to)).toMatchObject({ uid, gid });
    expect(statSync(to).mode & 0o7777).toBe(0o640);
    expect(lstatSync(join(folder, 'current.db')).isSymbolicLink()).toBe(true);
    expect(stateOf(to)).toMatchObject({ version: 2 });
  });

  it('makes one where none was, and takes it away again when its check fails', async () => {
    const folder = tempFolder();
    const to = join(folder, 'app.db');
    // Of a database that somebody has removed.
    writeFileSync(`${to}-wal`, 'left');
    const check = async (): Promise<void> => await Promise.reject(new Error('no'));
    expect(await failureOf(restoreSqlite({ to, read: wanted(), check }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect(readdirSync(folder)).toEqual(['app.db-wal']);
    expect(await restoreSqlite({ to, read: wanted() })).toMatchObject({ replaced: false });
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['app.db']);
  });

  it.each([
    ['a folder', (folder: string) => folder],
    ['below a folder that is not there', (folder: string) => join(folder, 'none', 'app.db')],
    [
      'a link to nothing',
      (folder: string) => {
        symlinkSync(join(folder, 'gone.db'), join(folder, 'link.db'));
        return join(folder, 'link.db');
      },
    ],
  ])('to %s fails as a path', async (_what, to) => {
    expect(await failureOf(restoreSqlite({ to: to(tempFolder()), read: wanted() }))).toMatchObject({
      code: 'PATH_FAILED',
    });
  });

  it('leaves a journal that is none for people to look at', async () => {
    const { folder, to } = live();
    expect(await recoverSqliteRestore({ to })).toBe('none');
    mkdirSync(join(folder, '.app.db.restore'));
    writeFileSync(join(folder, '.app.db.restore', 'journal.json'), '{}');
    const failures = [
      await failureOf(recoverSqliteRestore({ to })),
      await failureOf(restoreSqlite({ to, read: wanted() })),
    ];
    expect(failures).toMatchObject([{ code: 'OBJECT_INVALID' }, { code: 'OBJECT_INVALID' }]);
    expect(stateOf(to)).toMatchObject({ version: 1 });
  });

  it.skipIf(!IS_ROOT)('that has no room fails before the service is stopped', async () => {
    const folder = join(tempFolder(), 'disk');
    mountSmallDisk(folder, 'size=256k');
    const to = makeDatabase(join(folder, 'app.db'));
    const read = streamOf(readFileSync(makeDatabase(join(tempFolder(), 'large.db'), { ballast: 400_000 })));
    const stop = async (): Promise<void> => await Promise.reject(new Error('it was stopped'));
    expect(await failureOf(restoreSqlite({ to, read, stop }))).toMatchObject({
      code: 'PATH_FAILED',
      hint: expect.stringContaining('room') as string,
    });
    expect(readdirSync(folder)).toEqual(['app.db']);
  });

  it.skipIf(!IS_ROOT)(
    'whose disk is filled by others on the way leaves the old one running, and works once there is room',
    async () => {
      const folder = join(tempFolder(), 'disk');
      mountSmallDisk(folder, 'size=4m');
      const to = makeDatabase(join(folder, 'app.db'));
      const before = stateOf(to);
      const database = readFileSync(makeDatabase(join(tempFolder(), 'large.db'), { ballast: 1_500_000, version: 2 }));
      const filler = join(folder, 'of others');
      const stops: string[] = [];
      const stop = async (): Promise<void> => await Promise.resolve(void stops.push('stopped'));
      async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
        yield database.subarray(0, 400_000);
        // Until nothing more fits: others write, too.
        const others = openSync(filler, 'w');
        for (let bytes = 65_536; bytes >= 512;)
          try {
            writeSync(others, Buffer.alloc(bytes));
          } catch {
            bytes /= 2;
          }
        closeSync(others);
        yield database.subarray(400_000);
      }
      const failure = await failureOf(restoreSqlite({ to, read: read(), stop }));
      expect(failure).toMatchObject({ code: 'PATH_FAILED', message: expect.stringContaining('ENOSPC') as string });
      expect(stops).toEqual([]);
      expect(stateOf(to)).toEqual(before);
      expect(readdirSync(folder).filter((name) => !name.startsWith('app.db') && name !== 'of others')).toEqual([]);
      rmSync(filler);
      await restoreSqlite({ to, read: streamOf(database), stop });
      expect(stateOf(to)).toMatchObject({ version: 2, integrity: 'ok' });
    },
  );
});
