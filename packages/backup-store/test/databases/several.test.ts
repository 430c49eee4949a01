import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkedDump } from '../../src/analyze/index.ts';
import {
  commandOutput,
  commandSource,
  dockerExec,
  type Executor,
  local,
  runCommand,
  ssh,
} from '../../src/command/index.ts';
import type { BackupSource, Repository } from '../../src/index.ts';
import { mysqlSource, restoreMysql } from '../../src/mysql/index.ts';
import { postgresSource, restorePostgres } from '../../src/postgres/index.ts';
import { redisSource, restoreRedis } from '../../src/redis/index.ts';
import { NO_MARIADB, startMariadb, type TestMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';
import { NO_REDIS, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import { NO_SSHD, startSshd, type TestSshd } from '../../../../tooling/test-servers/sshd.ts';
import { createAt, newPlace, tempFolder } from '../fixtures/place.ts';
import { dockerStandIn } from '../fixtures/remote-clients.ts';
import { makeDatabase, stateOf } from '../fixtures/sqlite.ts';

const MISSING = [NO_POSTGRES, NO_MARIADB, NO_REDIS].find((reason) => reason !== undefined);

const SQLITE = 'sqlite3';
const NO_SQLITE = spawnSync(SQLITE, ['--version']).error === undefined ? undefined : `${SQLITE} is not installed`;

/** Names of tenants are often names of their databases. */
const TENANT = 'होटल';
const SHOP = '宿屋一号 ё';
const PEOPLE = 'فندق';

const clients = tempFolder(afterAll);
/** Arguments of all clients. */
const log = join(clients, 'arguments');
const ways: readonly (readonly [string, Executor, string | undefined])[] = [
  ['from here', local(), undefined],
  ['in a container', dockerExec('db', { client: dockerStandIn(clients, log) }), undefined],
  [`over ssh (${NO_SSHD ?? 'to a server of its own'})`, ssh('127.0.0.1', { client: join(clients, 'ssh') }), NO_SSHD],
];

describe.skipIf(MISSING !== undefined)(`an application with three servers (${MISSING ?? 'of their own'})`, () => {
  let postgres: TestServer;
  let mariadb: TestMariadb;
  let redis: TestRedis;
  let sshd: TestSshd | undefined;
  const folders = [tempFolder(afterAll), tempFolder(afterAll), tempFolder(afterAll)] as const;
  afterAll(async () => {
    postgres.end();
    await Promise.all([mariadb.stop(), redis.stop(), sshd?.stop()]);
  });
  let repository: Repository;
  beforeAll(async () => {
    [postgres, mariadb, redis] = await Promise.all([
      startPostgres(folders[0]),
      startMariadb(folders[1]),
      startRedis(folders[2]),
    ]);
    if (NO_SSHD === undefined) sshd = await startSshd(clients, log);
    postgres.sql('postgres', `CREATE DATABASE "${SHOP}"`);
    postgres.sql(SHOP, 'CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 1000) i');
    mariadb.sql(
      'mysql',
      `CREATE DATABASE \`${PEOPLE}\`; CREATE TABLE \`${PEOPLE}\`.users AS SELECT seq AS id FROM seq_1_to_1000`,
    );
    repository = await createAt(newPlace(afterAll));
    await repository.tenants.add(TENANT);
  });

  const sources = (more: { readonly executor?: Executor } = {}): readonly BackupSource[] => [
    postgresSource({ ...postgres.connection, database: SHOP, ...more }),
    mysqlSource({ ...mariadb.connection, database: PEOPLE, ...more }),
    redisSource({ ...redis.connection, ...more }),
  ];

  it.each(ways)('is one snapshot, from which each of them comes back, %s', async (_way, executor, missing) => {
    if (missing !== undefined) return;
    redis.send('SET session 1');
    const { status, snapshot } = await repository.backup({ sources: sources({ executor }), tenant: TENANT });
    expect([status, snapshot?.sources.map(({ kind }) => kind)]).toEqual(['ok', ['postgres', 'mysql', 'redis']]);
    expect(snapshot?.sources.map(({ details }) => details?.['executor'])).toEqual(Array(3).fill(executor.name));
    const from = { repository, snapshot: snapshot?.id ?? '', executor };
    const name = `restored ${executor.name.length}`;
    const database = { database: name, create: true };
    await restorePostgres({ ...postgres.connection, ...from, path: `postgres/${SHOP}.sql`, ...database });
    await restoreMysql({ ...mariadb.connection, ...from, path: `mysql/${PEOPLE}.sql`, ...database });
    redis.send('SET session 2');
    // Whoever asks through another program does not see where the server is.
    const reachedAt = executor.name === 'local' ? undefined : { host: '127.0.0.1' };
    await restoreRedis({ ...redis.connection, ...from, path: 'redis.rdb', overwrite: true, reachedAt });
    expect([
      postgres.sql(name, 'SELECT sum(id) FROM orders'),
      mariadb.sql(name, 'SELECT SUM(id) FROM users'),
      redis.send('GET session'),
    ]).toEqual(['500500', '500500', '1']);
    const secrets = [postgres, mariadb, redis].map(({ connection }) => connection.password);
    const shown = readFileSync(log, { encoding: 'utf8', flag: 'a+' });
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it.skipIf(NO_SQLITE !== undefined)(
    `has a database of SQLite elsewhere as what a program prints there (${NO_SQLITE ?? SQLITE})`,
    async () => {
      const path = makeDatabase(join(tempFolder(), 'app.db'));
      const [[, executor] = []] = ways.filter(([, , missing]) => missing === undefined).toReversed();
      const options = { name: 'app.sql', command: SQLITE, args: [path, '.dump'], executor };
      const source: BackupSource = {
        ...commandSource(options),
        async *read({ signal }) {
          yield { path: '', content: checkedDump(commandOutput(options, signal), 'sqlite-sql') };
        },
      };
      expect(await repository.backup({ sources: [source] })).toMatchObject({ status: 'ok' });
      const restored = join(tempFolder(), 'restored.db');
      await runCommand({
        command: SQLITE,
        args: [restored],
        stdin: () => repository.read('latest', { path: 'app.sql' }),
      });
      const { version: _version, ...state } = stateOf(path);
      expect(stateOf(restored)).toMatchObject(state);
    },
  );

  it('keeps what the others give when one is gone, and is whole again when it is back', async () => {
    await mariadb.stop();
    const { status, sources: found } = await repository.backup({ sources: sources() });
    expect(status).toBe('partial');
    expect(found).toMatchObject([
      { status: 'ok' },
      { status: 'failed', entries: 0, error: { code: 'DATABASE_UNREACHABLE' } },
      { status: 'ok' },
    ]);
    await mariadb.start();
    expect(await repository.backup({ sources: sources() })).toMatchObject({ status: 'ok', problems: [] });
  });
});
