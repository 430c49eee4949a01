import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyDump } from '../../src/analyze/index.ts';
import { type Executor, local } from '../../src/command/index.ts';
import type { Repository } from '../../src/index.ts';
import { redisSource, type RedisSourceOptions } from '../../src/redis/index.ts';
import { createAt, newPlace, type Place, tempFolder } from '../fixtures/place.ts';
import { contentOf, script } from '../fixtures/processes.ts';
import { NO_REDIS, REDIS_PASSWORD, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import { sourceOf } from '../fixtures/stream-source.ts';

const FILL = `SELECT 0
DEBUG POPULATE 3000 key 600
SELECT 3
SET other value
ACL SETUSER reader on >reader-password ~* +info +sync +psync +replconf
ACL SETUSER few on >few-password ~* +info`;

describe.skipIf(NO_REDIS !== undefined)(`a Redis server (${NO_REDIS ?? 'of its own'})`, () => {
  let server: TestRedis;
  const serverFolder = tempFolder(afterAll);
  afterAll(() => server.stop());
  let repository: Repository;
  const place: Place = newPlace(afterAll);
  const source = (more: Partial<RedisSourceOptions> = {}): ReturnType<typeof redisSource> =>
    redisSource({ ...server.connection, ...more });
  const other = sourceOf('other', { '': 'kept' });
  beforeAll(async () => {
    server = await startRedis(serverFolder, ['--enable-debug-command', 'yes']);
    server.send(FILL);
    repository = await createAt(place);
  });

  it('is one file that is whole, with the version of the server and the keys of its databases', async () => {
    const { status, sources } = await repository.backup({ sources: [source(), other] });
    expect(status).toBe('ok');
    expect(sources[0]).toMatchObject({
      kind: 'redis',
      path: 'redis.rdb',
      details: {
        server: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
        keys: 3001,
        databases: { db0: 3000, db3: 1 },
        rdbVersion: expect.any(Number) as number,
        checksum: true,
        executor: 'local',
      },
    });
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(await verifyDump(join(place.out, 'redis.rdb'))).toMatchObject({ kind: 'redis', verdict: 'sound' });
  });

  it('lets in a user of an ACL who may do little more than that, by a URL', async () => {
    const url = `redis://reader:reader-password@127.0.0.1:${server.connection.port}/0`;
    expect(await repository.backup({ sources: [redisSource({ url })] })).toMatchObject({ status: 'ok' });
  });

  it.each([
    ['a wrong password', { password: 'wrong-password' }, 'DATABASE_REFUSED'],
    ['no password', { password: undefined }, 'DATABASE_REFUSED'],
    ['a user who may not replicate', { user: 'few', password: 'few-password' }, 'DATABASE_REFUSED'],
    ['a port where nobody listens', { port: 1 }, 'DATABASE_UNREACHABLE'],
    ['encryption that the server does not have', { tls: true, answerTimeoutMs: 300 }, 'DATABASE_UNREACHABLE'],
    ['a program that is not there', { client: '/nowhere/redis-cli' }, 'COMMAND_NOT_FOUND'],
  ])('with %s, the source fails with a code of its own, and the others are kept', async (_what, more, code) => {
    const { status, sources } = await repository.backup({ sources: [source(more), other] });
    expect(status).toBe('partial');
    expect(JSON.stringify(sources)).not.toMatch(/wrong-password|few-password|swordfish/);
    expect(sources).toMatchObject([{ status: 'failed', entries: 0, error: { code } }, { status: 'ok' }]);
    const dry = await repository.backup({ sources: [source(more)], dryRun: true });
    expect(dry.sources[0]?.status).toBe(code === 'DATABASE_REFUSED' && 'user' in more ? 'ok' : 'failed');
  });

  /** A client whose file goes through another program first. */
  const through = (filter: string): Executor => ({
    name: 'through',
    wrap(line) {
      const { command, args, ...rest } = local().wrap(line);
      if (!args.includes('--rdb')) return { command, args, ...rest };
      return { ...rest, command: 'sh', args: ['-c', `"$@" | ${filter}`, 'sh', command, ...args] };
    },
  });

  it.each([
    ['was cut', 'head -c 100000'],
    ['was changed', "sed 's/value/vaLue/'"],
    ['is none', 'head -c 0'],
    ['is something else', 'sed s/REDIS/SIDER/'],
  ])('whose file %s on the way, with exit code 0, is not kept', async (_what, filter) => {
    const { sources } = await repository.backup({ sources: [source({ executor: through(filter) }), other] });
    expect(sources).toMatchObject([
      { status: 'failed', entries: 0, error: { code: 'DUMP_INCOMPLETE' } },
      { status: 'ok' },
    ]);
  });

  it('is kept with a word about it when it writes no checksums', async () => {
    const folder = tempFolder();
    const plain = await startRedis(folder, ['--rdbchecksum', 'no']);
    try {
      plain.send('SET a 1');
      const { sources } = await repository.backup({ sources: [redisSource(plain.connection)] });
      expect(sources[0]).toMatchObject({ status: 'ok', details: { checksum: false } });
    } finally {
      await plain.stop();
    }
  });

  it('shows its password nowhere: not in arguments, errors, results or what is stored', async () => {
    const folder = tempFolder();
    const log = join(folder, 'arguments');
    const client = script(join(folder, 'cli'), `printf '%s\\n' "$@" >> '${log}'; exec redis-cli "$@"`);
    const made = source({ client });
    const result = await repository.backup({ sources: [made] });
    expect(result.status).toBe('ok');
    const shown = [await contentOf(log), JSON.stringify(result), JSON.stringify(made)];
    expect(shown.join()).not.toContain(REDIS_PASSWORD);
  });

  it('that goes in the middle of its file is told, and the next run heals', async () => {
    const folder = tempFolder();
    const [begun, go] = [join(folder, 'begun'), join(folder, 'go')];
    const client = script(
      join(folder, 'cli'),
      `case "$*" in *--rdb*) ;; *) exec redis-cli "$@";; esac
mkfifo '${folder}/pipe'; redis-cli "$@" > '${folder}/pipe' & pid=$!
{ head -c 100000; echo $pid > '${begun}'; while test ! -e '${go}'; do sleep 0.05; done; cat; } < '${folder}/pipe'
wait $pid`,
    );
    // More than the buffers between the two hold: it has not sent all when it goes.
    server.send('CONFIG SET rdbcompression no\nDEBUG POPULATE 40000 more 1500');
    try {
      const work = repository.backup({ sources: [source({ client }), other] });
      await contentOf(begun);
      await server.stop();
      script(go, '');
      expect((await work).sources).toMatchObject([
        { status: 'failed', entries: 0, error: { code: 'DATABASE_UNREACHABLE' } },
        { status: 'ok' },
      ]);
    } finally {
      // A server that is stopped twice is none that a second try could use.
      await server.stop();
      await server.start();
      server.send(FILL);
    }
    expect(await repository.backup({ sources: [source(), other] })).toMatchObject({ status: 'ok' });
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });
});
