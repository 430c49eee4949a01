import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAll, memoryStore, type ObjectStore, withFaults, withRetry } from '@x/storage';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BlobIndex } from '../../src/blob-index/blob-index.ts';
import { commitName, indexPrefix, packName, packsPrefix, sessionName, sessionsPrefix } from '../../src/layout/names.ts';
import { commitSeal, encodeCommit, sessionSeal } from '../../src/session/commit.ts';
import { OpenSessions } from '../../src/session/open-sessions.ts';
import { Session } from '../../src/session/session.ts';
import { TenantView } from '../../src/session/tenant-view.ts';
import { noise } from '../fixtures/content.ts';
import { makePack, packedBlob, storePack } from '../fixtures/packing.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { recordOf } from '../fixtures/records.ts';
import { flipped, sealedStore, tenantOf } from '../fixtures/sealing.ts';

const tenant = tenantOf();
const AT = Date.parse('2026-01-02T03:04:05.000Z');

/** A machine: its folder of open sessions stays, whatever ends. */
class Machine {
  readonly folder = join(tempFolder(), 'open');
  readonly store: ObjectStore;

  constructor(store: ObjectStore = memoryStore()) {
    this.store = store;
  }

  async begin(store: ObjectStore = this.store): Promise<Session> {
    const open = new OpenSessions(this.folder);
    const session = await Session.begin({ sealed: sealedStore(store), tenant, open, host: 'here', clock: () => AT });
    started.push(session);
    return session;
  }

  async view(): Promise<TenantView> {
    const view = new TenantView(sealedStore(this.store), tenant);
    await view.loadSnapshots();
    await view.loadIndex();
    return view;
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of listAll(this.store, prefix)) keys.push(key);
    return keys;
  }

  /** Ids of sessions that it would go on with or that are at work. */
  open(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder).map((name) => name.slice(0, 32)) : [];
  }
}

const started: Session[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const session of started.splice(0)) await session.stop();
});

const bytesOf = (number: number): Buffer => noise(500, `blob ${number}`);
const idOfBlob = (number: number): Uint8Array => packedBlob(tenant, { bytes: bytesOf(number) }).id;
const packId = (number: number): string => number.toString(16).padStart(16, '0');

/** Stores a pack of one blob for a session, without telling it. */
async function storeBlob(
  machine: Machine,
  session: Session,
  number: number,
): Promise<Parameters<Session['addPack']>[0]> {
  const frames = [[{ bytes: bytesOf(number) }]];
  return await storePack(sealedStore(machine.store), tenant, { session: session.id, id: packId(number), frames });
}

/** Numbers of blobs below `count` that an index knows. */
const known = (index: BlobIndex, count: number): number[] =>
  Array.from({ length: count }, (_, i) => i).filter((i) => index.find(idOfBlob(i)) >= 0);

describe('a session', () => {
  test('nothing of it counts before its commit, and all of it then', async () => {
    const machine = new Machine();
    const session = await machine.begin();
    session.addPack(await storeBlob(machine, session, 0));
    await session.writeSegment();
    session.addPack(await storeBlob(machine, session, 1));
    const before = await machine.view();
    expect([before.snapshots.length, before.index.blobs]).toEqual([0, 0]);
    expect(before.knows(session.id)).toBe(false);
    const record = recordOf({ id: session.id });
    await session.commit(record);
    const view = await machine.view();
    expect(view.snapshots).toEqual([
      {
        name: commitName(tenant.label, 0, session.id),
        session: session.id,
        epoch: 0,
        record,
        madeMs: Date.parse(record.startedAt),
      },
    ]);
    expect(view.segments).toHaveLength(2);
    expect(known(view.index, 3)).toEqual([0, 1]);
    expect(machine.open()).toEqual([]);
  });

  test('it begins with an object of its own that says when, where and by whom', async () => {
    const machine = new Machine();
    const session = await machine.begin();
    const name = sessionName(tenant.label, 0, session.id, 0);
    expect(await machine.keys('')).toEqual([name]);
    const content = await sealedStore(machine.store).read(name, sessionSeal(tenant));
    expect(JSON.parse(content.toString())).toEqual({
      at: '2026-01-02T03:04:05.000Z',
      epoch: 0,
      host: 'here',
      pid: process.pid,
      token: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
    });
    expect(session.bytes).toBe(4096);
  });

  test('it shows every five minutes that it lives, until it is stopped, also when the store is away', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let away = false;
    const store = withFaults(memoryStore(), { decide: () => (away ? { kind: 'error-before' } : undefined) });
    const machine = new Machine(store);
    const session = await machine.begin();
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    away = true;
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    away = false;
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    const beats = [0, 1, 2, 4].map((beat) => sessionName(tenant.label, 0, session.id, beat));
    await vi.waitFor(async () => expect(await machine.keys(sessionsPrefix(tenant.label))).toEqual(beats), 30_000);
    await session.stop();
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(await machine.keys(sessionsPrefix(tenant.label))).toEqual(beats);
  });

  test('its index is written in segments of at most 32 packs, as they come', async () => {
    const machine = new Machine();
    const session = await machine.begin();
    for (let i = 0; i < 80; i++) {
      const { pack } = makePack(sealedStore(machine.store), tenant, {
        session: session.id,
        id: packId(i),
        frames: [[{ bytes: bytesOf(i) }]],
      });
      session.addPack(pack);
    }
    await vi.waitFor(
      async () => expect((await machine.keys(indexPrefix(tenant.label))).length).toBeGreaterThan(1),
      30_000,
    );
    await session.commit(recordOf({ id: session.id }));
    expect(await machine.keys(indexPrefix(tenant.label))).toHaveLength(3);
    const view = await machine.view();
    expect(known(view.index, 100)).toHaveLength(80);
    expect(view.index.packs).toHaveLength(80);
  });

  test('large directories make segments end earlier', async () => {
    const machine = new Machine();
    const session = await machine.begin();
    const directory = Buffer.alloc(9 * 1024 * 1024);
    const { pack } = makePack(sealedStore(), tenant, { session: session.id, frames: [] });
    for (let i = 0; i < 4; i++) session.addPack({ ...pack, id: packId(i), directory });
    await session.writeSegment();
    expect((await machine.keys(indexPrefix(tenant.label))).length).toBeGreaterThanOrEqual(3);
  });

  test('a segment that could not be written is tried again, and then named once', async () => {
    let broken = true;
    const inner = memoryStore();
    const store = withFaults(inner, {
      decide: ({ call, key }) =>
        broken && call === 'createIfAbsent' && key.startsWith('index/') ? { kind: 'error-before' } : undefined,
    });
    const machine = new Machine(store);
    const session = await machine.begin();
    session.addPack(await storeBlob(machine, session, 0));
    expect((await failureOf(session.writeSegment())).code).toBe('UNAVAILABLE');
    expect((await failureOf(session.commit(recordOf({ id: session.id })))).code).toBe('UNAVAILABLE');
    broken = false;
    session.addPack(await storeBlob(machine, session, 1));
    await session.commit(recordOf({ id: session.id }));
    const view = await machine.view();
    expect(known(view.index, 2)).toEqual([0, 1]);
    expect(view.index.packs).toHaveLength(2);
  });
});

describe('one winner', () => {
  test('a session that a pruner has fenced can’t commit, and nothing of it is visible', async () => {
    const machine = new Machine();
    const session = await machine.begin();
    session.addPack(await storeBlob(machine, session, 0));
    const name = commitName(tenant.label, 0, session.id);
    const fence = encodeCommit({ type: 'fence', token: 'the token of a pruner' });
    await sealedStore(machine.store).create(name, commitSeal(tenant), fence);
    expect(await failureOf(session.commit(recordOf({ id: session.id })))).toMatchObject({
      code: 'SESSION_FENCED',
      object: name,
    });
    const view = await machine.view();
    expect([view.snapshots.length, view.index.blobs, view.damaged.length]).toEqual([0, 0, 0]);
    expect(machine.open()).toEqual([]);
    expect((await machine.begin()).id).not.toBe(session.id);
  });

  test('whatever fails after a fence is told as the fence; what fails without one stays as it is', async () => {
    const machine = new Machine();
    const session = await machine.begin();
    const error = new Error('the pack was taken away while it was written');
    expect(await session.explain(error)).toBe(error);
    const fence = encodeCommit({ type: 'fence', token: 'the token of a pruner' });
    await sealedStore(machine.store).create(commitName(tenant.label, 0, session.id), commitSeal(tenant), fence);
    expect(await session.explain(error)).toMatchObject({ code: 'SESSION_FENCED', cause: error });
    expect(machine.open()).toEqual([]);
  });

  test('a commit that a store says is taken, but which is our own, is a success', async () => {
    const inner = memoryStore();
    // The answer was lost, and something below has tried again.
    const store: ObjectStore = {
      ...inner,
      createIfAbsent: async (key, body, options) => {
        const outcome = await inner.createIfAbsent(key, body, options);
        return key.startsWith('commits/') ? { created: false } : outcome;
      },
    };
    const machine = new Machine(store);
    const session = await machine.begin();
    await session.commit(recordOf({ id: session.id }));
    expect((await machine.view()).snapshots).toHaveLength(1);
    expect(machine.open()).toEqual([]);
  });

  test('a commit whose answer was lost is recognised by a retry', async () => {
    const inner = memoryStore();
    const faulty = withFaults(inner, {
      decide: ({ call, index }) => (call === 'createIfAbsent' && index % 2 === 1 ? { kind: 'error-after' } : undefined),
    });
    const machine = new Machine(inner);
    const session = await machine.begin(withRetry(faulty, { sleep: async () => undefined }));
    await session.commit(recordOf({ id: session.id }));
    expect((await machine.view()).snapshots.map(({ session: id }) => id)).toEqual([session.id]);
  });

  test('one whose answer never comes has failed for its run, and the next one begins anew', async () => {
    const inner = memoryStore();
    const machine = new Machine(inner);
    const lost = withFaults(inner, {
      decide: ({ call, key }) =>
        call === 'createIfAbsent' && key.startsWith('commits/') ? { kind: 'error-after' } : undefined,
    });
    const session = await machine.begin(lost);
    expect((await failureOf(session.commit(recordOf({ id: session.id })))).code).toBe('UNAVAILABLE');
    await session.stop();
    const next = await machine.begin();
    expect(next.id).not.toBe(session.id);
    expect(machine.open()).toEqual([next.id]);
    expect((await machine.view()).snapshots.map(({ session: id }) => id)).toEqual([session.id]);
  });
});

describe('going on', () => {
  test('a session that was stopped is gone on with: its packs are known, named or not', async () => {
    const machine = new Machine();
    const first = await machine.begin();
    first.addPack(await storeBlob(machine, first, 0));
    await first.writeSegment();
    await storeBlob(machine, first, 1);
    await first.stop();
    expect(machine.open()).toEqual([first.id]);
    const second = await machine.begin();
    expect(second.id).toBe(first.id);
    expect(await machine.keys(sessionsPrefix(tenant.label))).toHaveLength(2);
    const index = new BlobIndex();
    await second.addOwnPacks(index);
    expect(known(index, 3)).toEqual([0, 1]);
    expect(index.packs).toHaveLength(2);
    second.addPack(await storeBlob(machine, second, 2));
    await second.commit(recordOf({ id: second.id }));
    const view = await machine.view();
    expect(known(view.index, 4)).toEqual([0, 1, 2]);
    expect(view.index.packs).toHaveLength(3);
  });

  test('two sessions of one process never share an id', async () => {
    const machine = new Machine();
    const sessions = await Promise.all([machine.begin(), machine.begin(), machine.begin()]);
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(3);
    for (const session of sessions) await session.commit(recordOf({ id: session.id }));
    expect((await machine.view()).snapshots).toHaveLength(3);
  });

  test('a damaged segment and a damaged pack of an earlier run keep nobody from going on', async () => {
    const machine = new Machine();
    const first = await machine.begin();
    for (const number of [0, 1]) first.addPack(await storeBlob(machine, first, number));
    await first.writeSegment();
    await first.stop();
    const [segment] = (await machine.keys(indexPrefix(tenant.label))) as [string];
    await machine.store.put(segment, noise(4096, 'damage'));
    const bad = packName(tenant.label, first.id, packId(1));
    await machine.store.put(bad, noise(4096, 'damage'));
    const second = await machine.begin();
    const index = new BlobIndex();
    await second.addOwnPacks(index);
    expect(known(index, 2)).toEqual([0]);
    await second.commit(recordOf({ id: second.id }));
    const view = await machine.view();
    expect(known(view.index, 2)).toEqual([0]);
    expect(view.segmentErrors.size).toBe(0);
  });

  test('a session that can’t begin is no session, and one that can’t be gone on with is left to the next run', async () => {
    const machine = new Machine();
    const away = withFaults(machine.store, { decide: () => ({ kind: 'error-before' }) });
    expect((await failureOf(machine.begin(away))).code).toBe('UNAVAILABLE');
    expect(machine.open()).toEqual([]);
    const session = await machine.begin();
    await session.stop();
    expect((await failureOf(machine.begin(away))).code).toBe('UNAVAILABLE');
    expect((await machine.begin()).id).toBe(session.id);
  });

  test('a cache folder that can’t be written is no reason to fail', async () => {
    const machine = new Machine();
    writeFileSync(machine.folder, 'a file in the place of the folder');
    const session = await machine.begin();
    await session.commit(recordOf({ id: session.id }));
    expect((await machine.view()).snapshots).toHaveLength(1);
  });

  test('packs of a session never enter what others rely on before it commits', async () => {
    const machine = new Machine();
    const view = await machine.view();
    const session = await machine.begin();
    await storeBlob(machine, session, 0);
    await session.addOwnPacks(new BlobIndex());
    await view.loadSnapshots();
    expect((await view.loadIndex()).blobs).toBe(0);
    expect(await machine.keys(packsPrefix(tenant.label))).toHaveLength(1);
  });
});

describe('damage in the store', () => {
  test('a commit that was changed is no success for the one who reads it back', async () => {
    const inner = memoryStore();
    const store: ObjectStore = {
      ...inner,
      createIfAbsent: async (key, body, options) => {
        if (!key.startsWith('commits/')) return await inner.createIfAbsent(key, body, options);
        await inner.createIfAbsent(key, flipped(body as Uint8Array, 200), options);
        return { created: false };
      },
    };
    const session = await new Machine(store).begin();
    expect((await failureOf(session.commit(recordOf({ id: session.id })))).code).toBe('OBJECT_DAMAGED');
  });
});
