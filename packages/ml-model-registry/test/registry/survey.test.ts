import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, type Repository } from '@x/backup-store';
import { fsStore, memoryStore, type ObjectStore, withReadOnly } from '@x/storage';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import type { ModelRegistry, ModelRegistryOptions, RegistryEvent } from '../../src/registry/contract.ts';
import { floats, safetensorsOf } from '../support/safetensors.ts';

const DAY = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'survey-'));
let repository: Repository;
let storage: ObjectStore;
let registry: ModelRegistry;
let events: RegistryEvent[];
let now: number;

beforeAll(async () => {
  ({ repository } = await createRepository({ store: join(folder, 'repository'), encrypted: false }));
});

beforeEach(() => {
  storage = memoryStore();
  events = [];
  now = Date.UTC(2026, 2, 1);
  registry = open();
});

function open(options: Partial<ModelRegistryOptions> = {}): ModelRegistry {
  return createModelRegistry({
    storage,
    repository,
    clock: () => (now += 1),
    by: 'ana',
    onEvent: (event) => events.push(event),
    ...options,
  });
}

function file(value: number, name = 'm.safetensors'): string {
  const path = join(folder, name);
  writeFileSync(path, safetensorsOf({ w: floats(Array.from({ length: 50 }, () => value)) }));
  return path;
}

describe('parents', () => {
  it('are written down as the versions that they are, and must be there', async () => {
    await registry.add('base', file(1), { change: 'fix' });
    await registry.promote('base', 'prod', '1.0.0');
    const parents = [{ model: 'base', version: 'prod' }];
    const { version } = await registry.add('price', file(2), { change: 'fix', parents });
    expect(version.parents).toEqual([{ model: 'base', version: '1.0.0' }]);
    for (const [model, code] of [
      ['none', 'MODEL_NOT_FOUND'],
      ['price', 'VERSION_NOT_FOUND'],
    ] as const) {
      const added = registry.add('price', file(3), { change: 'fix', parents: [{ model, version: '1.0.1' }] });
      await expect(added).rejects.toMatchObject({ code });
    }
    const { nodes } = await registry.lineage('base', 'prod');
    expect(nodes.map(({ id, level }) => [id, level])).toEqual([
      ['base@1.0.0', 0],
      ['price@1.0.0', 1],
    ]);
    expect(await registry.search({ parent: 'base@1.0.0' })).toEqual([version]);
    expect(await registry.card('price', 'latest')).toMatchObject({ parents: ['base@1.0.0'], format: 'safetensors' });
    expect(JSON.parse(await registry.bom('price', 'latest'))).toMatchObject({
      metadata: { component: { pedigree: { ancestors: [{ name: 'base', hashes: [{ alg: 'SHA-256' }] }] } } },
    });
  });
});

describe('usage', () => {
  it('tells who restored or loaded what, when, and what it takes', async () => {
    for (const value of [4, 5]) await registry.add('price', file(value), { change: 'fix' });
    await open({ by: 'rui' }).restore('price', 'latest', { to: join(folder, 'out'), overwrite: true });
    await registry.noteUse('price', '1.0.1', 'load');
    const [usage, ...more] = await registry.usage('price');
    expect(more).toEqual([]);
    expect(usage).toMatchObject({
      versions: [
        { version: '1.0.1', uses: 2, lastBy: 'ana' },
        { version: '1.0.0', uses: 0 },
      ],
      recent: [
        { version: '1.0.1', by: 'ana', how: 'load' },
        { version: '1.0.1', by: 'rui', how: 'restore' },
      ],
      bytes: 2 * statSync(join(folder, 'm.safetensors')).size,
    });
    expect(usage?.bytesStored).toBeGreaterThan(0);
    expect(usage?.lastUsedAt).toBe(usage?.versions[0]?.lastAt);
    await expect(registry.usage('none')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('is kept in few objects, however often a version is used, and by many at once', async () => {
    await registry.add('price', file(6), { change: 'fix' });
    for (let round = 0; round < 45; round += 1) await registry.noteUse('price', 'latest', 'load');
    await Promise.all([1, 2, 3, 4].map(async () => open().noteUse('price', 'latest', 'load')));
    const [usage] = await open().usage();
    expect([usage?.versions[0]?.uses, usage?.recent.length]).toEqual([49, 49]);
    expect((await storage.list('models/price/uses/', { limit: 1000 })).objects).toHaveLength(32);
  });

  it('that can not be noted keeps nobody from restoring', async () => {
    await registry.add('price', file(7), { change: 'fix' });
    const reader = open({ storage: withReadOnly(storage) });
    await reader.restore('price', 'latest', { to: join(folder, 'out'), overwrite: true });
    expect(events.at(-1)).toMatchObject({ type: 'model.use-not-noted', version: '1.0.0' });
  });
});

describe('a cleanup', () => {
  it('removes what the plan says, but not what came into use since', async () => {
    for (const value of [8, 9, 10]) await registry.add('price', file(value), { change: 'fix' });
    now += 100 * DAY;
    const plan = await registry.planCleanup();
    expect(plan.items.map(({ version, keep }) => [version, keep])).toEqual([
      ['1.0.2', true],
      ['1.0.1', false],
      ['1.0.0', false],
    ]);
    await registry.promote('price', 'prod', '1.0.0');
    const { removed, left } = await registry.cleanup(plan);
    expect([removed, left].map((items) => items.map(({ version }) => version))).toEqual([['1.0.1'], ['1.0.0']]);
    expect((await registry.list('price')).map(({ version }) => version)).toEqual(['1.0.2', '1.0.0']);
    expect((await registry.history('price')).find(({ kind }) => kind === 'version.deleted')).toMatchObject({
      reason: expect.stringContaining('no rule selects it') as string,
    });
    expect((await registry.cleanup(plan)).removed).toEqual([]);
    await expect(registry.planCleanup({ model: 'none' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});

describe('what a kill has left', () => {
  /** A store for which something happens before the history is written. */
  const before = (happens: () => Promise<void> | void): ObjectStore => ({
    ...storage,
    createIfAbsent: async (key, ...rest) => {
      if (key.includes('/history/')) await happens();
      return await storage.createIfAbsent(key, ...rest);
    },
  });
  const die = (): void => {
    throw new Error('killed');
  };
  const stored = async (): Promise<number> => (await repository.snapshots({ tenant: 'models' })).length;
  const cleanup = async (): Promise<number> => (await registry.cleanup(await registry.planCleanup())).leftovers;

  it('of an addition goes with a cleanup a day later, and what was added stays', async () => {
    const count = await stored();
    await registry.add('price', file(41), { change: 'fix' });
    await expect(open({ storage: before(die) }).add('price', file(42), { change: 'fix' })).rejects.toThrow('killed');
    await expect(open({ storage: before(die) }).add('first', file(42), { change: 'fix' })).rejects.toThrow('killed');
    expect([await cleanup(), await stored()]).toEqual([0, count + 3]);
    now += DAY;
    expect([await cleanup(), await stored(), await cleanup()]).toEqual([2, count + 1, 0]);
    expect((await registry.models()).map(({ model, versions }) => [model, versions])).toEqual([['price', 1]]);
    expect((await registry.scrub()).damaged).toEqual([]);
  });

  it('of a deletion goes with the next cleanup', async () => {
    const count = await stored();
    await registry.add('price', file(43), { change: 'fix' });
    const killed = new Proxy(repository, {
      get: (target, name) => (name === 'forget' ? die : (Reflect.get(target, name) as () => void).bind(target)),
    });
    await expect(open({ repository: killed }).delete('price', '1.0.0', { reason: 'old' })).rejects.toThrow('killed');
    expect([await stored(), await cleanup(), await stored()]).toEqual([count + 1, 1, count]);
  });

  /** A cleanup that sees what is under way, and one two days later. */
  const cleanups = async (): Promise<readonly number[]> => {
    const first = await cleanup();
    now += 2 * DAY;
    return [first, await cleanup()];
  };
  const once = (act: () => Promise<void>): (() => Promise<void>) => {
    let done: Promise<void> | undefined;
    return async () => {
      if (done === undefined) await (done = act());
    };
  };

  it('is told from an addition that takes days: that ends before its version is written', async () => {
    const count = await stored();
    await registry.add('price', file(44), { change: 'fix' });
    let counts: readonly number[] = [];
    const slow = new Proxy(repository, {
      get: (target, name) => {
        const call = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
        if (name !== 'backup') return call.bind(target);
        return async (...given: unknown[]) => {
          const result = await call.apply(target, given);
          counts = await cleanups();
          return result;
        };
      },
    });
    const added = open({ repository: slow }).add('price', file(45), { change: 'fix' });
    await expect(added).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await registry.history('price')).map(({ kind }) => kind)).toEqual(['version.added']);
    expect([counts, await stored(), await cleanup()]).toEqual([[0, 1], count + 1, 0]);
  });

  it('and is found behind a version whose writing took days: that is taken back', async () => {
    const count = await stored();
    await registry.add('price', file(44), { change: 'fix' });
    const slow = before(once(async () => expect(await cleanups()).toEqual([0, 1])));
    const added = open({ storage: slow }).add('price', file(45), { change: 'fix' });
    await expect(added).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await registry.list('price')).map(({ version }) => version)).toEqual(['1.0.0']);
    expect([await stored(), await cleanup()]).toEqual([count + 1, 0]);
  });

  it('is not taken for what somebody adds whose clock is days behind, or whose note is lost', async () => {
    const looks = once(async () => {
      expect(await cleanup()).toBe(0);
      for (let n = 1; n <= 9; n += 1) await storage.delete(`models/price/additions/00000000000${n}`);
    });
    const behind = open({ storage: before(looks), clock: () => now - 3 * DAY });
    expect(await behind.add('price', file(46), { change: 'fix' })).toMatchObject({ isNew: true });
    expect((await registry.scrub()).damaged).toEqual([]);
  });

  it('can be found by its note: what could not be noted is not stored', async () => {
    const count = await stored();
    const createIfAbsent: ObjectStore['createIfAbsent'] = async (key, ...rest) => {
      // Somebody else is faster each time.
      if (key.includes('/additions/')) await storage.createIfAbsent(key, Buffer.from('{}'));
      return await storage.createIfAbsent(key, ...rest);
    };
    const raced = open({ storage: { ...storage, createIfAbsent } }).add('price', file(47), { change: 'fix' });
    await expect(raced).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await stored()).toBe(count);
  });
});

describe('a cleanup that is not allowed to go on', () => {
  it('has removed the contents of what is gone', async () => {
    for (const value of [21, 22, 23]) await registry.add('price', file(value), { change: 'fix' });
    now += 100 * DAY;
    const plan = await registry.planCleanup();
    const [, gone] = await registry.list('price');
    let asked = 0;
    const authorize = (): void => {
      asked += 1;
      if (asked > 1) throw new Error('not you');
    };
    await expect(open({ authorize }).cleanup(plan)).rejects.toThrow('not you');
    const snapshots = (await repository.snapshots({ tenant: 'models' })).map(({ id }) => id);
    expect([(await registry.list('price')).length, snapshots.includes(gone?.snapshot ?? '')]).toEqual([2, false]);
  });
});

describe('what somebody else does meanwhile', () => {
  it('to an alias between the question whether it may move and the move is not overlooked', async () => {
    for (const value of [31, 32, 33]) await registry.add('price', file(value), { change: 'fix' });
    for (const version of ['1.0.0', '1.0.1']) await registry.promote('price', 'prod', version);
    const asked: unknown[] = [];
    const slow = open({
      authorize: async ({ version }) => {
        asked.push(version);
        await registry.promote('price', 'prod', '1.0.2');
      },
    });
    await expect(slow.rollback('price', 'prod')).rejects.toMatchObject({ code: 'ALIAS_MOVED' });
    await expect(slow.delete('price', 'latest', { reason: 'old' })).rejects.toMatchObject({ code: 'VERSION_IN_USE' });
    expect(asked).toEqual(['1.0.0', '1.0.2']);
  });

  it('to a version that is scrubbed or cleaned up, too', async () => {
    for (const value of [34, 35, 36]) await registry.add('price', file(value), { change: 'fix' });
    const parents = [{ model: 'price', version: '1.0.0' }];
    await registry.add('made', file(37), { change: 'fix', parents });
    now += 100 * DAY;
    const plan = await registry.planCleanup({ model: 'price' });
    await registry.promote('made', 'prod', 'latest');
    expect((await registry.cleanup(plan)).left).toMatchObject([{ version: '1.0.0' }]);
    const remover = open();
    const meddled = new Proxy(repository, {
      get: (target, name) => {
        const call = Reflect.get(target, name) as (...given: unknown[]) => AsyncIterable<unknown>;
        if (name !== 'contents') return call.bind(target);
        return async function* (...given: unknown[]) {
          if ((await remover.list('price')).length > 1) await remover.delete('price', '1.0.0', { reason: 'old' });
          yield* call.apply(target, given);
        };
      },
    });
    expect(await open({ repository: meddled }).scrub({ model: 'price' })).toMatchObject({ damaged: [] });
    expect(events.map(({ type }) => type)).not.toContain('model.damaged');
  });
});

describe('what is not of a registry', () => {
  it('may lie in its store, and what is too much for a history is not stored', async () => {
    await storage.createIfAbsent('models/readme', Buffer.from('x'));
    await storage.createIfAbsent('models/other_/x', Buffer.from('x'));
    await registry.add('price', file(24), { change: 'fix' });
    await storage.createIfAbsent('models/price/scrubs/000000000001', Buffer.from('{"notes":{"versions":null}}'));
    const torn = { kind: 'version.added', n: 1, version: { model: 'torn', version: '1.0.0', digest: 'x' } };
    const other = memoryStore();
    await other.createIfAbsent('models/torn/history/000000000001', Buffer.from(JSON.stringify(torn)));
    await expect(open({ storage: other }).models()).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    expect((await registry.planCleanup()).items).toHaveLength(1);
    const count = (await repository.snapshots({ tenant: 'models' })).length;
    const params = { long: 'x'.repeat(5_000_000) };
    const adding = registry.add('price', file(25), { change: 'fix', params });
    await expect(adding).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect((await registry.models()).map(({ model, latest }) => [model, latest])).toEqual([['price', '1.0.0']]);
    expect(await repository.snapshots({ tenant: 'models' })).toHaveLength(count);
  });
});

describe('a scrub', () => {
  it('reads those first that were not looked at for longest, within its budget, and remembers', async () => {
    for (const value of [11, 12, 13]) await registry.add('price', file(value), { change: 'fix' });
    const versions = async (bytes?: number): Promise<readonly string[]> =>
      (await open().scrub({ budget: { bytes } })).checked.map(({ version }) => version);
    const first = await registry.scrub({ budget: { bytes: 1 } });
    expect(first).toMatchObject({ checked: [{ version: '1.0.0' }], damaged: [], left: 2 });
    expect(first.oldest).toBeUndefined();
    expect([await versions(1), await versions(1), await versions(1)]).toEqual([['1.0.1'], ['1.0.2'], ['1.0.0']]);
    expect(await versions()).toEqual(['1.0.1', '1.0.2', '1.0.0']);
    const none = await registry.scrub({ budget: { ms: 0 } });
    expect([none.checked, none.left, (none.oldest ?? 0) > 0]).toEqual([[], 3, true]);
    await expect(registry.scrub({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('and a restore find content that was exchanged, by whoever could write to the history', async () => {
    const names = join(folder, 'names');
    const stored = open({ storage: fsStore(names) });
    const first = await stored.add('price', file(14), { change: 'fix' });
    await stored.add('price', file(15), { change: 'fix' });
    const entry = join(names, 'models/price/history/000000000002');
    chmodSync(entry, 0o600);
    const event = JSON.parse(readFileSync(entry, 'utf8')) as { version: { snapshot: string } };
    event.version.snapshot = first.version.snapshot;
    writeFileSync(entry, JSON.stringify(event));
    const tampered = open({ storage: fsStore(names) });
    const to = join(folder, 'tampered');
    await expect(tampered.restore('price', 'latest', { to })).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    const { damaged, checked } = await tampered.scrub();
    expect([checked.length, damaged]).toEqual([
      2,
      [expect.objectContaining({ version: '1.0.1', damage: expect.stringContaining('Expected sha256:') as string })],
    ]);
    expect(events.slice(-2)).toMatchObject([
      { type: 'model.damaged', version: '1.0.1' },
      { type: 'model.scrubbed', reason: '2 read, 1 damaged' },
    ]);
    // It is known from then on, also to who does not read it again.
    expect((await open({ storage: fsStore(names) }).scrub({ budget: { ms: 0 } })).damaged).toHaveLength(1);
    // No alias comes to it, with gates or without, unless somebody says why.
    const promoting = open({ storage: fsStore(names) }).promote('price', 'prod', 'latest');
    await expect(promoting).rejects.toMatchObject({
      code: 'GATE_FAILED',
      details: [expect.stringContaining('content')],
    });
    expect(await tampered.planPromotion('price', 'prod', '1.0.0')).toMatchObject({ allowed: true, gates: [] });
    // The way back neither, whether a scrub has found it or the content is simply gone.
    const because = { force: true, reason: 'in a backup' };
    await tampered.promote('price', 'prod', 'latest', because);
    await tampered.promote('price', 'prod', '1.0.0');
    await expect(tampered.rollback('price', 'prod')).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    await expect(tampered.rollback('price', 'prod', { force: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await tampered.rollback('price', 'prod', because)).toMatchObject({ to: '1.0.1', forced: true });
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['model.overridden', 'model.promoted']);
    await tampered.promote('price', 'staging', '1.0.0');
    await tampered.promote('price', 'staging', 'latest', because);
    await repository.forget({ snapshots: [first.version.snapshot] });
    await expect(tampered.rollback('price', 'staging')).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    for (const alias of ['prod', 'staging']) await tampered.removeAlias('price', alias);
    expect(await tampered.add('price', file(15), { change: 'fix' })).toMatchObject({ isNew: true });
    await tampered.delete('price', 'latest', { reason: 'not needed here' });
    now += 100 * DAY;
    expect((await tampered.planCleanup()).items.filter(({ keep }) => keep)).toMatchObject([{ version: '1.0.0' }]);
  });
});

describe('a file that was added before', () => {
  /** So late that no file was touched just now. */
  const later = { clock: () => Date.now() + 60_000 };

  it('is not read again while it is unchanged', async () => {
    const cacheDirectory = join(folder, 'cache');
    const path = file(16, 'again.safetensors');
    await open({ ...later, cacheDirectory }).add('price', path, { change: 'fix' });
    expect(readdirSync(cacheDirectory)).toEqual(['model-files.json']);
    // Whoever reads it would be told that it is none: the cache says what it was.
    const cached = join(cacheDirectory, 'model-files.json');
    const again = open({ ...later, cacheDirectory, limits: { steps: 0 }, accept: 'clean' });
    expect(await again.add('price', path, { change: 'fix' })).toMatchObject({ isNew: false });
    writeFileSync(cached, 'not JSON');
    const reading = open({ ...later, cacheDirectory, limits: { steps: 0 }, accept: 'clean' });
    await expect(reading.add('price', path, { change: 'fix' })).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
  });

  it('is read again when it was touched, or was touched too shortly before it was read', async () => {
    const path = file(17, 'touched.safetensors');
    const patient = open({ ...later });
    await patient.add('price', path, { change: 'fix' });
    file(18, 'touched.safetensors');
    expect(await patient.add('price', path, { change: 'fix' })).toMatchObject({ isNew: true });
    const hasty = open({ clock: () => Date.now(), limits: { steps: 100 } });
    expect(await hasty.add('price', path, { change: 'fix' })).toMatchObject({ isNew: false });
  });

  it.each([later, { clock: () => Date.now() }])(
    'is refused when somebody writes to it between its inspection and its storing',
    async (options) => {
      const path = file(19, 'written.safetensors');
      const meddled = new Proxy(repository, {
        get: (target, name) => {
          const call = Reflect.get(target, name) as unknown;
          if (name === 'backup') file(20, 'written.safetensors');
          return typeof call === 'function' ? (call.bind(target) as unknown) : call;
        },
      });
      const adding = open({ ...options, repository: meddled }).add('price', path, { change: 'fix' });
      await expect(adding).rejects.toMatchObject({ code: 'FILE_CHANGED' });
      await expect(registry.list('price')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    },
  );
});
