import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { redisSource, scratchRedis, type ScratchServerOptions } from '../../src/redis/index.ts';
import type { ValidateRestoreOptions, ValidationCheck } from '../../src/validate/contract.ts';
import { validateRestore } from '../../src/validate/validate-restore.ts';
import { NO_REDIS, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import { holdScratch } from '../fixtures/held-scratch.ts';
import { createAt, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';

/** A file of a version that no server knows yet, without a checksum. */
const LATER = Buffer.concat([Buffer.from('REDIS9999'), Buffer.from([0xff]), Buffer.alloc(8)]);

describe.skipIf(NO_REDIS !== undefined)(`a trial restore to Redis (${NO_REDIS ?? 'of its own'})`, () => {
  let server: TestRedis;
  const serverFolder = tempFolder(afterAll);
  const place = newPlace(afterAll);
  const scratch = tempFolder(afterAll);
  afterAll(() => server?.stop());
  afterAll(() => void vi.unstubAllEnvs());
  let repository: Repository;
  let rdb: Buffer;
  beforeAll(async () => {
    vi.stubEnv('TMPDIR', scratch);
    server = await startRedis(serverFolder);
    server.send('SET a 1\nSELECT 3\nRPUSH b 1 2 3\nSET gone soon PX 1');
    repository = await createAt(place);
    await repository.backup({ sources: [redisSource(server.connection)] });
    rdb = Buffer.concat(await listOf(repository.read('latest', { path: 'redis.rdb' })));
  });

  const ask = (socket: string, ...command: string[]): string =>
    execFileSync('redis-cli', ['-s', socket, ...command], { encoding: 'utf8' }).trim();
  const checksOf = async (
    options: Partial<ValidateRestoreOptions> & { readonly programs?: ScratchServerOptions } = {},
  ): Promise<Record<string, ValidationCheck>> => {
    const { programs, ...more } = options;
    const what = { snapshot: 'latest', sandbox: place.out, restoreInto: { redis: scratchRedis(programs) } };
    const { checks } = await validateRestore(repository, { ...what, ...more });
    expect(readdirSync(scratch)).toEqual([]);
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  };
  const backedUp = async (content: Buffer): Promise<string> => {
    const made = sourceOf('redis.rdb', { '': content }, { kind: 'redis' });
    return (await repository.backup({ tenant: 'others', sources: [made] })).snapshot?.id ?? '';
  };

  it('loads the file into a server of its own, which is gone afterwards', async () => {
    let seen = '';
    const checks = await checksOf({
      tenant: 'default',
      validator: ({ copies, sandbox }) => {
        const [location = ''] = copies.flatMap(({ locations }) => locations);
        seen = new URL(location).searchParams.get('socket') ?? '';
        expect(ask(seen, '-n', '3', 'LRANGE', 'b', '0', '-1')).toBe('1\n2\n3');
        // It writes nothing, whatever it is told.
        ask(seen, 'SET', 'c', '1');
        expect(readFileSync(join(sandbox, 'redis.rdb')).equals(rdb)).toBe(true);
      },
    });
    expect(checks).toMatchObject({
      schema: {
        status: 'passed',
        source: 'redis.rdb',
        detail: expect.stringMatching(/^redis\.rdb: loaded by Redis \d+\./),
      },
      data: {
        status: 'passed',
        checked: 2,
        detail: expect.stringMatching(/CRC-64 fits; keys that have not expired: 2/),
      },
      live: { status: 'skipped', detail: 'keys of Redis have no schema' },
      validator: { status: 'passed' },
    });
    expect(existsSync(seen)).toBe(false);
  });

  it('says that no server is installed, and reads the file to its end', async () => {
    const checks = await checksOf({ tenant: 'default', programs: { server: 'no-redis-server' } });
    expect(checks).toMatchObject({
      schema: { status: 'skipped', detail: expect.stringContaining('none is installed here') },
      data: { status: 'passed', checked: 1, detail: expect.stringMatching(/its CRC-64 fits$/) },
    });
  });

  it('finds files that are cut or changed, and those that the server does not read', async () => {
    const changed = Buffer.from(rdb);
    changed.writeUInt8(changed.readUInt8(40) ^ 1, 40);
    for (const content of [rdb.subarray(0, -3), changed]) {
      const checks = await checksOf({ snapshot: await backedUp(content), tenant: 'others' });
      expect(checks['schema']).toMatchObject({ status: 'failed', problems: [{ code: 'DUMP_INCOMPLETE' }] });
      expect(checks['data']).toMatchObject({ status: 'skipped' });
    }
    const checks = await checksOf({ snapshot: await backedUp(LATER), tenant: 'others' });
    expect(checks['schema']).toMatchObject({
      status: 'failed',
      problems: [{ code: 'DUMP_INCOMPLETE', message: expect.stringMatching(/RDB|loading/i) }],
    });
  });

  it('ends its server when it is killed itself', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'redis.rdb'), rdb);
    const { database: socket, kill } = await holdScratch({ kind: 'redis', file: join(folder, 'redis.rdb'), folder });
    const pid = Number(/process_id:(\d+)/.exec(ask(socket, 'INFO', 'server'))?.[1]);
    expect(isRunning(pid)).toBe(true);
    await kill();
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
