import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Repository, SafeRestoreStep } from '../../src/index.ts';
import { intoRedis, redisPlace, redisSource } from '../../src/redis/index.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { NO_REDIS, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';

const no = (): never => {
  throw new Error('the shop does not work');
};

describe.skipIf(NO_REDIS !== undefined)(`a guarded restore into Redis (${NO_REDIS ?? 'of its own'})`, () => {
  let server: TestRedis;
  let repository: Repository;
  beforeAll(async () => {
    repository = await createAt(newPlace(afterAll));
    const source = await startRedis(tempFolder(afterAll), ['--enable-debug-command', 'yes']);
    try {
      source.send('DEBUG POPULATE 500 key 20\nSET soon gone EX 1000\nSELECT 2\nSET other value');
      await repository.backup({ sources: [redisSource(source.connection)], name: 'good' });
    } finally {
      await source.stop();
    }
  });
  let digest: string;
  beforeEach(async () => {
    server = await startRedis(tempFolder(), ['--enable-debug-command', 'yes']);
    server.send('DEBUG POPULATE 50 mine 20\nSELECT 3\nSET own 1');
    digest = server.send('DEBUG DIGEST');
  });
  afterEach(() => server.stop());

  const into = (): { snapshot: string } & ReturnType<typeof intoRedis> => ({
    snapshot: 'good',
    ...intoRedis({ ...server.connection, path: 'redis.rdb', overwrite: true }),
  });

  it('saves, restores, and compares the keys with what the file says', async () => {
    const { validation, safetySnapshot, result } = await repository.restoreInto(into());
    expect(validation).toEqual({ status: 'passed', checked: 502, problems: [] });
    expect(result).toMatchObject({ keys: 502, replaced: 51, first: { database: 0, keys: 501, expiring: 1 } });
    expect(await repository.snapshot(safetySnapshot ?? '')).toMatchObject({
      kind: 'safety',
      sources: [{ kind: 'redis' }],
    });
  });

  it('makes everything what it was when the validation fails', async () => {
    expect(await failureOf(repository.restoreInto({ ...into(), validate: no }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect(server.send('DEBUG DIGEST')).toBe(digest);
    expect(server.send('SET writes again')).toBe('OK');
  });

  it('finds by itself that keys are gone', async () => {
    const onStep = ({ step }: SafeRestoreStep): void => {
      if (step === 'validate') server.send('DEL key:1 key:2\nDEL soon');
    };
    expect(await failureOf(repository.restoreInto({ ...into(), onStep }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      details: ['Expected 501 keys in database 0, got 498'],
    });
    expect(server.send('DEBUG DIGEST')).toBe(digest);
  });

  it('empties a server that had no keys', async () => {
    server.send('FLUSHALL');
    await failureOf(repository.restoreInto({ ...into(), validate: no }));
    expect(server.send('DEBUG DIGEST')).toMatch(/^0+$/);
  });

  it('that can not go back is gone back behind later, though it has left a replica of nobody', async () => {
    const guarded = into();
    const place = { ...guarded.place, goBack: no };
    expect(await failureOf(repository.restoreInto({ ...guarded, place, validate: no }))).toMatchObject({
      code: 'ROLLBACK_FAILED',
    });
    server.send('REPLICAOF 127.0.0.1 1');
    const [unfinished] = await repository.unfinishedRestores();
    await repository.rollBack(unfinished?.id ?? '', { place: redisPlace(server.connection) });
    expect(server.send('DEBUG DIGEST')).toBe(digest);
    expect(server.send('SET writes again')).toBe('OK');
  });
});
