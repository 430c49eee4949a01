import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_REDIS, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import type { CacheEvent, CacheStore, ModelCache, ModelCacheOptions } from '../../src/cache/contract.ts';
import { memoryModels } from '../../src/cache/memory-store.ts';
import { createModelCache } from '../../src/cache/model-cache.ts';
import { redisModels } from '../../src/cache/redis-store.ts';
import { ModelError } from '../../src/errors.ts';
import type { ModelRegistry } from '../../src/registry/contract.ts';
import { ownRegistry, weightsFile, writeWeights } from '../support/registry.ts';

const SIZE = weightsFile(1).length;
let registry: ModelRegistry;
let restores: string[];
let events: CacheEvent[];
let temporary: string;
let now: number;
let took: number;

beforeAll(async () => {
  const own = await ownRegistry();
  registry = own.registry;
  temporary = mkdtempSync(join(tmpdir(), 'cache-'));
  for (const model of ['price', 'lottery', 'other']) {
    for (const value of [1, 2]) {
      await registry.add(model, writeWeights(join(own.folder, `${model}.safetensors`), value), { change: 'retrain' });
    }
  }
});

beforeEach(async () => {
  restores = [];
  events = [];
  now = 0;
  took = 0;
  await registry.promote('price', 'prod', '1.0.0');
});

function open(store: CacheStore, options: Partial<ModelCacheOptions> = {}): ModelCache {
  const watched: ModelCacheOptions['registry'] = {
    get: async (model, reference) => await registry.get(model, reference),
    admit: async (...asked) => await registry.admit(...asked),
    restore: async (model, reference, to) => {
      restores.push(`${model}@${reference}`);
      now += took;
      return await registry.restore(model, reference, to);
    },
  };
  const onEvent = (event: CacheEvent): void => void events.push(event);
  return createModelCache({
    registry: watched,
    maxBytes: 2 * SIZE,
    store,
    temporary,
    clock: () => now,
    onEvent,
    ...options,
  });
}

let redis: TestRedis | undefined;
let client: ReturnType<typeof createClient> | undefined;
beforeAll(async () => {
  if (NO_REDIS !== undefined) return;
  redis = await startRedis(mkdtempSync(join(tmpdir(), 'redis-')));
  const { host, port, password } = redis.connection;
  client = createClient({ socket: { host, port, reconnectStrategy: false }, password });
  client.on('error', () => undefined);
  await client.connect();
});
afterAll(async () => {
  client?.destroy();
  await redis?.stop();
});

function redisStore(): CacheStore {
  redis?.send('FLUSHALL');
  if (client === undefined) throw new TypeError('Expected a server');
  // Each use is later than the one before.
  return redisModels({ client, clock: () => (now += 1) });
}

const stores = [
  ['memory', undefined, memoryModels],
  ['redis', NO_REDIS, redisStore],
] as const;

describe.each(stores)('a cache in %s', (_, reason, store) => {
  it.skipIf(reason !== undefined)(
    'fetches a model once for all who ask at once, and gives it from near after that',
    async () => {
      const cache = open(store());
      const found = await Promise.all([cache.get('price@prod'), cache.get('price@1.0.0'), cache.get('price@prod')]);
      expect(found.map(({ bytes }) => Buffer.from(bytes).equals(weightsFile(1)))).toEqual([true, true, true]);
      expect((await cache.get('price@prod')).from).toBe('cache');
      expect(restores).toEqual(['price@1.0.0']);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  it.skipIf(reason !== undefined)('lets go what was not used for longest when bytes run out', async () => {
    const cache = open(store());
    for (const name of ['price@1.0.0', 'lottery@1.0.0', 'price@1.0.0', 'other@1.0.0']) await cache.get(name);
    expect(events.map((event) => (event.type === 'evicted' ? event.key.split(':', 1)[0] : event.type))).toEqual([
      'lottery@1.0.0',
    ]);
    expect((await cache.get('price@1.0.0')).from).toBe('cache');
    expect((await cache.get('lottery@1.0.0')).from).toBe('registry');
    const { models, ...all } = await cache.figures();
    expect(all).toMatchObject({ entries: 2, bytes: 2 * SIZE, hits: 2, misses: 4, hitRate: 1 / 3 });
    expect(models['price']).toEqual({ hits: 2, misses: 1, hitRate: 2 / 3, entries: 1, bytes: SIZE });
    expect(models['other']).toMatchObject({ entries: 0, bytes: 0 });
  });

  it.skipIf(reason !== undefined)(
    'gives the version that an alias was moved to when it is told, or a second later',
    async () => {
      const cache = open(store());
      await cache.warm('price@prod');
      expect(await cache.get('price@prod')).toMatchObject({ from: 'cache', version: { version: '1.0.0' } });
      await registry.promote('price', 'prod', '1.1.0');
      expect((await cache.get('price@prod')).version.version).toBe('1.0.0');
      cache.refresh('price');
      expect(await cache.get('price@prod')).toMatchObject({ from: 'registry', version: { version: '1.1.0' } });
      await registry.rollback('price', 'prod');
      now += 1000;
      expect(await cache.get('price@prod')).toMatchObject({ from: 'cache', version: { version: '1.0.0' } });
    },
  );

  it.skipIf(reason !== undefined)('does not keep what is larger than all there is room for', async () => {
    const cache = open(store(), { maxBytes: 10 });
    expect((await cache.get('price')).bytes).toHaveLength(SIZE);
    expect(events).toMatchObject([{ type: 'too-large', bytes: SIZE }]);
    expect((await cache.figures()).entries).toBe(0);
  });
});

describe('a store of several caches', () => {
  it('gives to none what its registry would not', async () => {
    const store = memoryModels();
    await open(store).get('price@1.0.0');
    const admit = async (): Promise<never> => await Promise.reject(new ModelError('NOT_SIGNED', 'not signed'));
    const other = open(store, { registry: { get: registry.get.bind(registry), restore: admit, admit } });
    await expect(other.get('price@1.0.0')).rejects.toMatchObject({ code: 'NOT_SIGNED' });
  });

  it('asks for each answer on whose behalf it is, where that is said', async () => {
    const own = await ownRegistry({
      authorize: ({ by }) => {
        if (by === 'eve') throw new Error('not you');
      },
    });
    await own.registry.add('price', writeWeights(join(own.folder, 'm.safetensors'), 1), { change: 'fix' });
    const cache = open(memoryModels(), { registry: own.registry });
    for (const from of ['registry', 'cache'])
      expect(await cache.get('price@1.0.0', { by: 'rui' })).toMatchObject({ from });
    await expect(cache.get('price@1.0.0', { by: 'eve' })).rejects.toThrow('not you');
  });
});

describe('a cache in Redis', () => {
  it.skipIf(NO_REDIS !== undefined)('is shared by processes, and gives nothing that somebody has changed', async () => {
    await open(redisStore()).get('price@1.0.0');
    if (client === undefined) throw new TypeError('Expected a server');
    const other = open(redisModels({ client, clock: () => (now += 1) }));
    expect((await other.get('price@1.0.0')).from).toBe('cache');
    const [key = ''] = (await client.keys('models:price@1.0.0*')).toSorted();
    await client.setRange(key, SIZE - 1, 'x');
    expect((await other.get('price@1.0.0')).from).toBe('registry');
    expect(events.map(({ type }) => type)).toEqual(['damaged']);
    await client.del(key);
    expect((await other.get('price@1.0.0')).from).toBe('registry');
  });

  it.skipIf(NO_REDIS !== undefined)('that does not answer keeps nobody from a model', async () => {
    const gone = createClient({ socket: { host: '127.0.0.1', port: 1, reconnectStrategy: false } });
    gone.on('error', () => undefined);
    const cache = open(redisModels({ client: gone }));
    expect((await cache.get('price@1.0.0')).from).toBe('registry');
    expect(events.map(({ type }) => type)).toEqual(['store-failed', 'store-failed']);
  });
});

describe('objectives', () => {
  it('tell of a slow answer, and once of a hit rate that is low', async () => {
    const cache = open(memoryModels(), { maxBytes: SIZE });
    took = 2500;
    await cache.get('price@1.0.0');
    expect(events).toMatchObject([
      { type: 'alert', alert: { code: 'RESPONSE_SLOW', model: 'price', value: 2500, objective: 2000 } },
    ]);
    took = 0;
    for (let at = 0; at < 24; at += 1) await cache.get(at % 2 === 0 ? 'lottery@1.0.0' : 'price@1.0.0');
    const alerts = events.flatMap((event) => (event.type === 'alert' ? [event.alert] : []));
    expect(alerts.map(({ code }) => code)).toEqual(['RESPONSE_SLOW', 'HIT_RATE_LOW']);
    expect((await cache.figures()).response).toEqual({ median: 0, p95: 0, longest: 2500 });
  });

  it.each([
    ['no room', { maxBytes: 0 }],
    ['a hit rate above 1', { objectives: { hitRate: 85 } }],
    ['a time below 0', { aliasesFor: -1 }],
  ])('and options are refused: %s', (_, options) => {
    expect(() => open(memoryModels(), options)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it.each(['', '@prod', 'price@', 'a@b@c'])('and %j is no model', async (reference) => {
    await expect(open(memoryModels()).get(reference)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
