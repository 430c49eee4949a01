import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CommandLine, dockerExec, ssh } from '../../src/command/index.ts';
import type { Repository } from '../../src/index.ts';
import { redisSource, restoreRedis, type RestoreRedisOptions, type RestoreRedisResult } from '../../src/redis/index.ts';
import { IS_ROOT } from '../fixtures/child.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { freePort } from '../../../../tooling/test-servers/free-port.ts';
import { NO_REDIS, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import { dockerStandIn, sshStandIn } from '../fixtures/remote-clients.ts';
import { coded, streamOf } from '../fixtures/stream-source.ts';
import { mountSmallDisk } from '../fixtures/tmpfs.ts';

const FILL = `DEBUG POPULATE 5000 key 200
SADD set a b c
HSET hash field value
XADD stream * a 1
SET expires soon EX 10000
SELECT 2
SET other value`;

describe.skipIf(NO_REDIS !== undefined)(`a restore into Redis (${NO_REDIS ?? 'of its own'})`, () => {
  let target: TestRedis;
  let repository: Repository;
  let file: Buffer;
  let digest: string;
  beforeAll(async () => {
    repository = await createAt(newPlace(afterAll));
    const source = await startRedis(tempFolder(afterAll), ['--enable-debug-command', 'yes']);
    try {
      source.send(FILL);
      digest = source.send('DEBUG DIGEST');
      await repository.backup({ sources: [redisSource(source.connection)] });
    } finally {
      await source.stop();
    }
    file = Buffer.concat(await listOf(repository.read('latest', { path: 'redis.rdb' })));
  });
  let folder: string;
  beforeEach(async () => {
    folder = tempFolder();
    target = await startRedis(folder, ['--enable-debug-command', 'yes']);
  });
  afterEach(() => target.stop());

  const restore = (more: Partial<RestoreRedisOptions> = {}): Promise<RestoreRedisResult> =>
    restoreRedis({ ...target.connection, repository, snapshot: 'latest', path: 'redis.rdb', ...more });
  const having = (bytes: Buffer, failure?: Error): Pick<Repository, 'read'> => ({
    read: () => streamOf(bytes, failure === undefined ? {} : { failure }),
  });

  it('gives an empty server all databases as they were, and leaves it its own master', async () => {
    expect(await restore()).toEqual({
      keys: 5005,
      replaced: 0,
      bytes: file.length,
      first: { database: 0, keys: 5004, expiring: 1 },
    });
    expect(target.send('DEBUG DIGEST')).toBe(digest);
    expect(target.send('INFO replication')).toBeDefined();
    expect(target.send('SET works yes')).toBe('OK');
  });

  it.each([
    ['a container', (at: string) => dockerExec('cache', { client: dockerStandIn(at, join(at, 'log')) })],
    ['ssh', (at: string) => ssh('cache.example', { client: sshStandIn(at, join(at, 'log')) })],
  ])('goes through %s without a connection of its own, and leaves nothing there', async (_where, executorAt) => {
    const there = tempFolder();
    const executor = executorAt(there);
    // What it is to call its usual master with.
    target.send("CONFIG SET masterauth 'the other pass'\nSET mine 1");
    const before = target.send('DEBUG DIGEST');
    const cut = { executor, overwrite: true, repository: having(file.subarray(0, -100)) };
    expect(await failureOf(restore(cut))).toMatchObject({ code: 'DUMP_INCOMPLETE' });
    expect(target.send('DEBUG DIGEST')).toBe(before);
    expect(await restore({ executor, overwrite: true })).toMatchObject({ keys: 5005, replaced: 1, bytes: file.length });
    expect([target.send('DEBUG DIGEST'), target.send('SET works yes')]).toEqual([digest, 'OK']);
    const log = readFileSync(join(there, 'log'), 'utf8');
    expect(log).not.toMatch(/the other|swordfish/);
    const folders = [...new Set(log.match(/holdfast-redis-[0-9a-f]{16}/g))];
    expect(folders.map((name) => existsSync(join('/tmp', name)))).toEqual([false, false]);
  });

  it('refuses a server that has keys, and replaces them when asked', async () => {
    target.send('SET mine 1');
    const before = target.send('DEBUG DIGEST');
    expect(await failureOf(restore())).toMatchObject({ code: 'ALREADY_EXISTS', details: ['db0: 1 keys'] });
    expect(target.send('DEBUG DIGEST')).toBe(before);
    expect(await restore({ overwrite: true })).toMatchObject({ keys: 5005, replaced: 1 });
    expect(target.send('DEBUG DIGEST')).toBe(digest);
  });

  it('leaves a server as it was, and its own master, when the stream breaks, is cut or damaged', async () => {
    target.send('SET mine 1');
    const before = target.send('DEBUG DIGEST');
    const half = file.subarray(0, file.length / 2);
    const changed = Buffer.from(file);
    changed[1000] = (changed[1000] ?? 0) ^ 1;
    const newer = Buffer.from(file.toString('latin1').replace(/redis-ver(.)\d/, 'redis-ver$19'), 'latin1');
    const flaws: readonly (readonly [string, Pick<Repository, 'read'>])[] = [
      ['OBJECT_DAMAGED', having(half, coded('OBJECT_DAMAGED', 'damaged'))],
      ['DUMP_INCOMPLETE', having(half)],
      ['DUMP_INCOMPLETE', having(changed)],
      ['DUMP_INCOMPLETE', having(Buffer.from('no file of Redis'))],
      ['VERSION_MISMATCH', having(newer)],
    ];
    for (const [code, from] of flaws)
      expect(await failureOf(restore({ repository: from, overwrite: true }))).toMatchObject({ code });
    expect(await failureOf(restore({ path: 'none', overwrite: true }))).toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect(target.send('DEBUG DIGEST')).toBe(before);
    expect(target.send('SET works yes')).toBe('OK');
  });

  it.skipIf(!IS_ROOT)('leaves a server as it was that has no room for the file', async () => {
    const disk = join(tempFolder(), 'disk');
    mountSmallDisk(disk, 'size=16k');
    const full = await startRedis(disk, ['--repl-diskless-load', 'disabled']);
    try {
      full.send('SET mine 1');
      const options = { ...full.connection, repository, snapshot: 'latest', path: 'redis.rdb', overwrite: true };
      expect(await failureOf(restoreRedis(options))).toMatchObject({
        code: 'DATABASE_UNREACHABLE',
        hint: expect.stringContaining('no room') as string,
      });
      expect([full.send('GET mine'), full.send('SET works yes')]).toEqual(['1', 'OK']);
    } finally {
      await full.stop();
    }
  });

  it('ends when it is told to, and leaves the server as it was', async () => {
    target.send('SET mine 1');
    const before = target.send('DEBUG DIGEST');
    const ends = new AbortController();
    const slow: Pick<Repository, 'read'> = {
      async *read() {
        yield file.subarray(0, 1000);
        ends.abort();
        yield file.subarray(1000);
      },
    };
    expect(await failureOf(restore({ repository: slow, overwrite: true, signal: ends.signal }))).toMatchObject({
      name: 'AbortError',
    });
    expect(target.send('DEBUG DIGEST')).toBe(before);
    expect(target.send('SET works yes')).toBe('OK');
  });

  it('is kept by a server with an append-only file, also when the power fails behind it', async () => {
    await target.stop();
    target = await startRedis(folder, [
      '--enable-debug-command',
      'yes',
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
    ]);
    target.send('SET mine 1');
    await restore({ overwrite: true });
    for (let tries = 0; tries < 200 && isRewriting(); tries++) await new Promise((resolve) => setTimeout(resolve, 25));
    await target.stop();
    await target.start();
    expect(target.send('DEBUG DIGEST')).toBe(digest);
  });
  const isRewriting = (): boolean =>
    target.send(
      "EVAL \"local i = redis.call('INFO', 'persistence') return i:match('aof_rewrite_scheduled:1') or i:match('aof_rewrite_in_progress:1') or 'no'\" 0",
    ) !== 'no';

  it('gives nobody but the server the data', async () => {
    let seen: Promise<string> | undefined;
    const [port, other] = [await freePort(), '127.0.0.2'];
    const asks: Pick<Repository, 'read'> = {
      async *read() {
        yield file.subarray(0, 1000);
        seen = new Promise((resolve) => {
          const socket = connect({ host: '127.0.0.1', port, localAddress: other });
          let text = '';
          socket.on('data', (piece) => (text += piece.toString()));
          socket.on('connect', () => socket.write('*1\r\n$4\r\nSYNC\r\n'));
          socket.on('close', () => resolve(text)).on('error', () => undefined);
        });
        await seen;
        yield file.subarray(1000);
      },
    };
    await restore({ repository: asks });
    expect(await seen).toBe('');
  });

  it('refuses a replica, and a way that the server can not find back', async () => {
    // Where the server has another name than localhost.
    const wrap = (line: CommandLine): CommandLine => ({
      ...line,
      args: line.args.map((word) => (word === 'cache.internal' ? '127.0.0.1' : word)),
    });
    const far = { executor: { name: 'elsewhere', wrap }, host: 'cache.internal' };
    expect(await failureOf(restore(far))).toMatchObject({ code: 'INVALID_OPTION' });
    target.send('REPLICAOF 127.0.0.1 1');
    expect(await failureOf(restore())).toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
    expect(await failureOf(restore({ password: 'wrong' }))).toMatchObject({ code: 'DATABASE_REFUSED' });
    expect(await failureOf(restore({ port: 1 }))).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  });
});
