import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Executor, local } from '../../src/command/index.ts';
import type { Repository } from '../../src/index.ts';
import { mysqlSource, type MysqlSourceOptions } from '../../src/mysql/index.ts';
import {
  MARIADB_PASSWORD,
  NO_MARIADB,
  startMariadb,
  type TestMariadb,
} from '../../../../tooling/test-servers/mariadb.ts';
import { createAt, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { heldDump, type HeldDump } from '../fixtures/held-dump.ts';
import { contentOf, script } from '../fixtures/processes.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { SHOP } from './shop.ts';

describe.skipIf(NO_MARIADB !== undefined)(`a MariaDB server (${NO_MARIADB ?? 'of its own'})`, () => {
  let server: TestMariadb;
  const serverFolder = tempFolder(afterAll);
  afterAll(() => server.stop());
  let repository: Repository;
  const source = (more: Partial<MysqlSourceOptions> = {}): ReturnType<typeof mysqlSource> =>
    mysqlSource({ ...server.connection, database: 'shop', ...more });
  const other = sourceOf('other', { '': 'kept' });
  beforeAll(async () => {
    server = await startMariadb(serverFolder);
    server.sql(
      'mysql',
      "CREATE DATABASE shop; CREATE DATABASE `odd/na``me`; CREATE USER app@'%' IDENTIFIED BY 'app-password'",
    );
    server.sql('shop', SHOP);
    repository = await createAt(newPlace(afterAll));
  });

  const read = async (path: string): Promise<string> =>
    Buffer.concat(await listOf(repository.read('latest', { path }))).toString();

  it('is dumped database by database, with versions, character sets and engines that know no transactions', async () => {
    const result = await repository.backup({ sources: [source({ databases: ['shop', 'odd*'] }), other] });
    expect(result).toMatchObject({ status: 'ok', problems: [] });
    const version = server.sql('mysql', 'SELECT VERSION()');
    expect(result.sources[0]).toMatchObject({
      files: 2,
      details: {
        server: version,
        program: expect.stringMatching(/^mariadb-dump \d+\./) as string,
        executor: 'local',
        databases: {
          shop: { characterSet: 'utf8mb4', tables: 6, notTransactional: ['sessions (MyISAM)'] },
          'odd/na`me': { tables: 0 },
        },
      },
    });
    const paths = (await listOf(repository.entries('latest', { path: 'mysql' }))).map(({ path }) => path);
    expect(paths).toEqual(['mysql', 'mysql/odd%2Fna`me.sql', 'mysql/shop.sql']);
    const dump = await read('mysql/shop.sql');
    for (const words of ['TRIGGER', 'PROCEDURE', 'EVENT', 'VIEW', '0xDEADBEEF']) expect(dump).toContain(words);
    expect(dump).toMatch(/-- Dump completed\s+$/);
  });

  it('gives the same dump again, and after a change little that is new', async () => {
    // More than twice the largest chunk, wherever the cuts are.
    server.sql('shop', 'CREATE TABLE bulk SELECT seq AS id, SHA2(seq, 512) AS note FROM seq_1_to_60000');
    await repository.backup({ sources: [source({ name: 'again' })] });
    const same = await repository.backup({ sources: [source({ name: 'again' })] });
    expect([same.counts.bytesNew, same.counts.bytesTotal > 10_000_000]).toEqual([0, true]);
    server.sql('shop', "UPDATE orders SET note = CONCAT(note, ' grown') WHERE id = 1");
    const { counts } = await repository.backup({ sources: [source({ name: 'again' })] });
    // The chunk with the changed row.
    expect(counts.bytesNew).toBeLessThan(counts.bytesTotal * 0.7);
    server.sql('shop', 'DROP TABLE bulk');
  });

  it('takes patterns of tables, those to leave out, and options of the program', async () => {
    const chosen = source({ tables: ['ml_*', 'orders'], excludeTables: ['*_runs'], options: ['--where=id<3'] });
    expect(await repository.backup({ sources: [chosen] })).toMatchObject({ status: 'ok' });
    const dump = await read('mysql/shop.sql');
    expect(dump.match(/(?<=CREATE TABLE `)\w+/g)).toEqual(['ml_models', 'orders']);
    expect(dump.match(/^INSERT INTO `orders`/gm)).toHaveLength(2);
    expect(dump).not.toContain('PROCEDURE');
    await repository.backup({ sources: [source({ excludeTables: ['ml_*', 'orders'] })] });
    expect((await read('mysql/shop.sql')).match(/(?<=CREATE TABLE `)\w+/g)).toEqual(['audit', 'sessions']);
  });

  it.each([
    ['a wrong password', { password: 'wrong-password' }, 'DATABASE_REFUSED'],
    ['a user who may not see the database', { user: 'app', password: 'app-password' }, 'DATABASE_NOT_FOUND'],
    ['a port where nobody listens', { port: 1 }, 'DATABASE_UNREACHABLE'],
    ['a database that is not there', { databases: ['gone'] }, 'DATABASE_NOT_FOUND'],
    ['a pattern that no database fits', { databases: ['gone_*'] }, 'DATABASE_NOT_FOUND'],
    ['a table that is not there', { tables: ['gone'] }, 'DATABASE_NOT_FOUND'],
    ['no database', { database: undefined }, 'DATABASE_NOT_FOUND'],
    ['encryption that the server does not have', { tls: 'required' as const }, 'DATABASE_REFUSED'],
    ['programs that are not there', { binDirectory: '/nowhere' }, 'COMMAND_NOT_FOUND'],
  ])('with %s, the source fails with a code of its own, and the others are kept', async (_what, more, code) => {
    const { status, sources } = await repository.backup({ sources: [source({ ...more }), other] });
    expect(status).toBe('partial');
    expect(sources).toMatchObject([{ status: 'failed', entries: 0, error: { code } }, { status: 'ok' }]);
    expect(JSON.stringify(sources)).not.toMatch(/wrong-password|app-password|swordfish/);
  });

  it('that is newer than the dump program is told before anything is dumped, in a dry run too', async () => {
    const folder = tempFolder();
    script(join(folder, 'mariadb'), 'exec mariadb "$@"');
    script(
      join(folder, 'mariadb-dump'),
      'test "$1" = --version || exit 9; echo "mariadb-dump  Ver 10.16 Distrib 5.5.68-MariaDB, for Linux (x86_64)"',
    );
    const error = { code: 'VERSION_MISMATCH', message: expect.stringContaining('5.5.68-MariaDB') as string };
    for (const dryRun of [false, true]) {
      const sources = [source({ binDirectory: folder }), source({ name: 'fine' })];
      const result = await repository.backup({ sources, dryRun });
      expect(result.sources).toMatchObject([{ status: 'failed', error }, { status: 'ok' }]);
    }
  });

  it('is dumped by the program of the other name where only that is', async () => {
    const folder = tempFolder();
    for (const [there, real] of [
      ['mysql', 'mariadb'],
      ['mysqldump', 'mariadb-dump'],
    ] as const)
      script(join(folder, there), `exec ${real} "$@"`);
    const { sources } = await repository.backup({ sources: [source({ binDirectory: folder })] });
    expect(sources[0]).toMatchObject({
      status: 'ok',
      details: { program: expect.stringMatching(/^mysqldump /) as string },
    });
  });

  it('whose dump was cut on the way, with exit code 0, is not kept', async () => {
    const cuts: Executor = {
      name: 'cuts',
      wrap(line) {
        const { command, args, ...rest } = local().wrap(line);
        if (!command.endsWith('mariadb-dump') || args.includes('--version')) return { command, args, ...rest };
        return { ...rest, command: 'sh', args: ['-c', '"$@" | head -c 500000', 'sh', command, ...args] };
      },
    };
    const { sources } = await repository.backup({ sources: [source({ executor: cuts }), other] });
    expect(sources[0]).toMatchObject({ status: 'failed', error: { code: 'DUMP_INCOMPLETE' } });
  });

  it('shows its password nowhere: not in arguments, errors, results or what is stored', async () => {
    const folder = tempFolder();
    const log = join(folder, 'arguments');
    for (const name of ['mariadb', 'mariadb-dump'])
      script(join(folder, name), `printf '%s\\n' "$@" >> '${log}'; exec ${name} "$@"`);
    const plain = await createAt(newPlace(), { encrypted: false });
    const url = `mysql://admin:${MARIADB_PASSWORD}@127.0.0.1:${server.connection.port}/shop`;
    const made = mysqlSource({ url, binDirectory: folder, tables: ['sessions'] });
    const result = await plain.backup({ sources: [made], compression: 'none' });
    expect(result.status).toBe('ok');
    const shown = [await contentOf(log), JSON.stringify(result), JSON.stringify(made)];
    expect(shown.join()).not.toContain(MARIADB_PASSWORD);
  });

  it('takes a password that is also the name of the user and the database', async () => {
    server.sql(
      'mysql',
      "CREATE DATABASE wordpress; GRANT ALL ON wordpress.* TO wordpress@'%' IDENTIFIED BY 'wordpress'",
    );
    const same = { user: 'wordpress', password: 'wordpress', database: 'wordpress' };
    expect(await repository.backup({ sources: [source(same)] })).toMatchObject({ status: 'ok' });
  });

  describe('that goes in the middle of a dump', () => {
    const slowDump = (): HeldDump => heldDump('mariadb-dump', 'mariadb');

    it('loses nothing: what was read is left out, and the next run heals', async () => {
      const { folder, begun, goOn } = slowDump();
      const work = repository.backup({ sources: [source({ binDirectory: folder }), other] });
      await begun;
      await server.stop();
      goOn();
      const { status, sources } = await work;
      expect(status).toBe('partial');
      expect(sources).toMatchObject([
        { status: 'failed', entries: 0, error: { code: 'DATABASE_UNREACHABLE' } },
        { status: 'ok' },
      ]);
      await server.start();
      expect(await repository.backup({ sources: [source(), other] })).toMatchObject({ status: 'ok' });
      expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    });

    it('is told when it is the account of its user; the run after it was given back heals', async () => {
      const reader = "reader@'%'";
      server.sql('mysql', `CREATE USER ${reader} IDENTIFIED BY 'reader-password'; GRANT ALL ON *.* TO ${reader}`);
      const asReader = (more = {}): ReturnType<typeof source> =>
        source({ user: 'reader', password: 'reader-password', name: 'by-reader', ...more });
      expect(await repository.backup({ sources: [asReader()] })).toMatchObject({ status: 'ok' });
      const { folder, begun, goOn } = slowDump();
      const work = repository.backup({ sources: [asReader({ binDirectory: folder }), other] });
      await begun;
      server.sql('mysql', `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${reader}; ALTER USER ${reader} ACCOUNT LOCK`);
      server.sql('mysql', 'KILL USER reader');
      goOn();
      expect((await work).sources).toMatchObject([{ status: 'failed', entries: 0 }, { status: 'ok' }]);
      const refused = await repository.backup({ sources: [asReader(), other] });
      expect(refused.sources).toMatchObject([{ error: { code: 'DATABASE_REFUSED' } }, { status: 'ok' }]);
      server.sql('mysql', `ALTER USER ${reader} ACCOUNT UNLOCK; GRANT ALL ON *.* TO ${reader}`);
      expect(await repository.backup({ sources: [asReader(), other] })).toMatchObject({ status: 'ok', problems: [] });
      expect(await read('by-reader/shop.sql')).toMatch(/-- Dump completed\s+$/);
      expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    });

    it('is told when a table was dropped before it was its turn', async () => {
      const { folder, begun, goOn } = slowDump();
      server.sql('shop', 'CREATE TABLE zz_gone (id int)');
      const work = repository.backup({ sources: [source({ binDirectory: folder }), other] });
      await begun;
      server.sql('shop', 'DROP TABLE zz_gone');
      goOn();
      const { sources } = await work;
      expect(sources).toMatchObject([{ status: 'failed', error: { code: 'DATABASE_NOT_FOUND' } }, { status: 'ok' }]);
      expect(await repository.backup({ sources: [source(), other] })).toMatchObject({ status: 'ok' });
    });

    it('is told when the connection was killed, or the database dropped before it was its turn', async () => {
      const { folder, begun, goOn } = slowDump();
      server.sql('mysql', 'CREATE DATABASE zz_gone; CREATE TABLE zz_gone.t (id int)');
      const databases = ['shop', 'zz_*'];
      const work = repository.backup({ sources: [source({ binDirectory: folder, databases }), other] });
      await begun;
      server.sql('mysql', 'DROP DATABASE zz_gone; KILL USER admin');
      goOn();
      const { sources, problems } = await work;
      expect(sources).toMatchObject([{ status: 'failed', entries: 0 }, { status: 'ok' }]);
      const codes = problems.map(({ code }) => code).toSorted();
      expect(codes).toEqual(['DATABASE_NOT_FOUND', 'DATABASE_UNREACHABLE']);
      expect(await repository.backup({ sources: [source(), other] })).toMatchObject({ status: 'ok' });
    });
  });
});
