import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupSource, Repository } from '../../src/index.ts';
import { mysqlSource, restoreMysql } from '../../src/mysql/index.ts';
import { postgresSource, restorePostgres } from '../../src/postgres/index.ts';
import { redisSource, restoreRedis } from '../../src/redis/index.ts';
import { NO_MARIADB, startMariadb, type TestMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { createAt, newPlace, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';
import { NO_REDIS, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';

const MISSING = [NO_POSTGRES, NO_MARIADB, NO_REDIS].find((reason) => reason !== undefined);

describe.skipIf(MISSING !== undefined)(`an application with three servers (${MISSING ?? 'of their own'})`, () => {
  let postgres: TestServer;
  let mariadb: TestMariadb;
  let redis: TestRedis;
  const folders = [tempFolder(afterAll), tempFolder(afterAll), tempFolder(afterAll)] as const;
  afterAll(async () => {
    postgres.end();
    await Promise.all([mariadb.stop(), redis.stop()]);
  });
  let repository: Repository;
  beforeAll(async () => {
    [postgres, mariadb, redis] = await Promise.all([
      startPostgres(folders[0]),
      startMariadb(folders[1]),
      startRedis(folders[2]),
    ]);
    postgres.sql('postgres', 'CREATE DATABASE shop');
    postgres.sql('shop', 'CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 1000) i');
    mariadb.sql(
      'mysql',
      'CREATE DATABASE keycloak; CREATE TABLE keycloak.users AS SELECT seq AS id FROM seq_1_to_1000',
    );
    redis.send('SET session 1');
    repository = await createAt(newPlace(afterAll));
  });

  const sources = (): readonly BackupSource[] => [
    postgresSource({ ...postgres.connection, database: 'shop' }),
    mysqlSource({ ...mariadb.connection, database: 'keycloak' }),
    redisSource(redis.connection),
  ];

  it('is one snapshot, from which each of them comes back', async () => {
    const { status, snapshot } = await repository.backup({ sources: sources() });
    expect([status, snapshot?.sources.map(({ kind }) => kind)]).toEqual(['ok', ['postgres', 'mysql', 'redis']]);
    const from = { repository, snapshot: 'latest' };
    const database = { database: 'restored', create: true };
    await restorePostgres({ ...postgres.connection, ...from, path: 'postgres/shop.sql', ...database });
    await restoreMysql({ ...mariadb.connection, ...from, path: 'mysql/keycloak.sql', ...database });
    redis.send('SET session 2');
    await restoreRedis({ ...redis.connection, ...from, path: 'redis.rdb', overwrite: true });
    expect([
      postgres.sql('restored', 'SELECT sum(id) FROM orders'),
      mariadb.sql('restored', 'SELECT SUM(id) FROM users'),
      redis.send('GET session'),
    ]).toEqual(['500500', '500500', '1']);
  });

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
