import { memoryStore, type ObjectStore, readObject } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { encodeSegment, type IndexedPack } from '../../src/blob-index/segment.ts';
import { canonicalJson } from '../../src/bytes/canonical-json.ts';
import type { Seal } from '../../src/envelope/sealed-store.ts';
import { commitName, forgetPrefix, segmentName } from '../../src/layout/names.ts';
import { headsOf, missingSnapshots, snapshotMissing } from '../../src/session/chain.ts';
import { commitSeal, encodeCommit, forgetSeal, indexSeal } from '../../src/session/commit.ts';
import { TenantView } from '../../src/session/tenant-view.ts';
import type { SnapshotRecord } from '../../src/snapshots/record.ts';
import { noise } from '../fixtures/content.ts';
import { packedBlob, storePack } from '../fixtures/packing.ts';
import { failureOf } from '../fixtures/place.ts';
import { idOf, recordOf } from '../fixtures/records.ts';
import { flipped, sealedStore, tenantOf } from '../fixtures/sealing.ts';

const tenant = tenantOf();
const at = (minute: number): string => `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`;
const bytesOf = (name: string): Buffer => noise(500, `blob ${name}`);
const idOfBlob = (name: string): Uint8Array => packedBlob(tenant, { bytes: bytesOf(name) }).id;

/** A repository written by hand: what sessions leave behind. */
class Repository {
  readonly store: ObjectStore;
  readonly #sealed;

  constructor(store: ObjectStore = memoryStore()) {
    this.store = store;
    this.#sealed = sealedStore(store);
  }

  async pack(session: string, blob: string): Promise<IndexedPack> {
    const id = noise(8, `pack of ${blob}`).toString('hex');
    return await storePack(this.#sealed, tenant, { session: idOf(session), id, frames: [[{ bytes: bytesOf(blob) }]] });
  }

  /** Writes an index segment and returns its id. */
  async segment(session: string, packs: readonly IndexedPack[]): Promise<string> {
    const id = noise(8, `segment of ${packs.map((pack) => pack.id).join()}`).toString('hex');
    await this.#sealed.create(segmentName(tenant.label, idOf(session), id), indexSeal(tenant), encodeSegment(packs));
    return id;
  }

  /** Commits a snapshot whose session has this name. */
  async commit(
    session: string,
    changes: Partial<SnapshotRecord> = {},
    segments: readonly string[] = [],
  ): Promise<string> {
    const name = commitName(tenant.label, 0, idOf(session));
    const record = recordOf({ id: idOf(session), ...changes });
    const commit = encodeCommit({ type: 'snapshot', token: 'ab', record, segments });
    await this.#sealed.create(name, commitSeal(tenant), commit);
    return name;
  }

  async forget(session: string, content: unknown, seal: Seal = forgetSeal(tenant)): Promise<string> {
    const name = `${forgetPrefix(tenant.label)}${idOf(session)}`;
    await this.#sealed.create(name, seal, Buffer.from(canonicalJson(content)));
    return name;
  }

  async damage(name: string): Promise<void> {
    await this.store.put(name, flipped(await readObject(this.store, name), 300));
  }

  async view(): Promise<TenantView> {
    const view = new TenantView(sealedStore(this.store), tenant);
    await view.loadSnapshots();
    return view;
  }
}

const ids = (view: TenantView): string[] => view.snapshots.map(({ record }) => record.id);

describe('snapshots', () => {
  test('they come oldest first, by their own time, then by id', async () => {
    const repository = new Repository();
    await repository.commit('c', { startedAt: at(3) });
    await repository.commit('a', { startedAt: at(1) });
    await repository.commit('b1', { startedAt: at(2) });
    await repository.commit('b2', { startedAt: at(2) });
    const same = [idOf('b1'), idOf('b2')].toSorted();
    expect(ids(await repository.view())).toEqual([idOf('a'), ...same, idOf('c')]);
  });

  test('new ones are found by the next look, and old ones are not read again', async () => {
    const reads: string[] = [];
    const inner = memoryStore();
    const store: ObjectStore = {
      ...inner,
      get: async (key, options) => (reads.push(key), await inner.get(key, options)),
    };
    const repository = new Repository(store);
    const first = await repository.commit('a', { startedAt: at(1) });
    const view = await repository.view();
    const second = await repository.commit('b', { startedAt: at(2) });
    await view.loadSnapshots();
    expect(ids(view)).toEqual([idOf('a'), idOf('b')]);
    expect(reads).toEqual([first, second]);
  });

  test('one that is damaged is reported by name, known, and costs no other', async () => {
    const repository = new Repository();
    const name = await repository.commit('a');
    await repository.commit('b');
    await repository.damage(name);
    const view = await repository.view();
    expect(ids(view)).toEqual([idOf('b')]);
    expect(view.damaged.map(({ code, object }) => [code, object])).toEqual([['OBJECT_DAMAGED', name]]);
    expect(view.knows(idOf('a'))).toBe(true);
  });

  test('a commit that was put in another’s place is damage', async () => {
    const repository = new Repository();
    const name = await repository.commit('a');
    const copy = commitName(tenant.label, 0, idOf('other'));
    await repository.store.createIfAbsent(copy, await readObject(repository.store, name));
    const view = await repository.view();
    expect(ids(view)).toEqual([idOf('a')]);
    expect(view.damaged.map(({ object }) => object)).toEqual([copy]);
  });

  test('a record that names another snapshot than its session is refused', async () => {
    const repository = new Repository();
    const name = await repository.commit('a', { id: idOf('victim') });
    const view = await repository.view();
    expect(ids(view)).toEqual([]);
    expect(view.damaged).toMatchObject([{ code: 'OBJECT_INVALID', object: name }]);
  });

  test('snapshots of another tenant are not seen, even when they are put there', async () => {
    const repository = new Repository();
    const other = tenantOf('other');
    const foreign = encodeCommit({ type: 'snapshot', token: 'ab', record: recordOf({ id: idOf('a') }), segments: [] });
    const name = commitName(tenant.label, 0, idOf('a'));
    await sealedStore(repository.store).create(name, commitSeal(other), foreign);
    const view = await repository.view();
    expect(ids(view)).toEqual([]);
    expect(view.damaged).toMatchObject([{ code: 'OBJECT_DAMAGED', object: name }]);
  });
});

describe('forgetting', () => {
  test('a keeper’s marker hides a snapshot, and it is not missed', async () => {
    const repository = new Repository();
    await repository.commit('a');
    await repository.commit('b', { follows: [{ id: idOf('a'), manifestSha256: '', madeMs: 0 }] });
    await repository.forget('a', { snapshot: idOf('a') });
    const view = await repository.view();
    expect(ids(view)).toEqual([idOf('b')]);
    expect(missingSnapshots(view)).toEqual([]);
  });

  test('a marker outlives the commit it forgets', async () => {
    const repository = new Repository();
    const name = await repository.commit('a');
    await repository.commit('b', { follows: [{ id: idOf('a'), manifestSha256: '', madeMs: 0 }] });
    await repository.forget('a', { snapshot: idOf('a') });
    await repository.store.delete(name);
    const view = await repository.view();
    expect(missingSnapshots(view, [idOf('a')])).toEqual([]);
  });

  test.each<[string, unknown, Seal | undefined]>([
    [
      'of a writer, who has no key for it',
      { snapshot: idOf('a') },
      { ...forgetSeal(tenant), subkey: tenant.subkey('meta') },
    ],
    ['that names another snapshot', { snapshot: idOf('b') }, undefined],
    ['that names nothing', {}, undefined],
    ['that is no object', null, undefined],
  ])('a marker %s hides nothing', async (_, content, seal) => {
    const repository = new Repository();
    await repository.commit('a');
    await repository.forget('a', content, seal);
    expect(ids(await repository.view())).toEqual([idOf('a')]);
  });

  test('a damaged marker is reported, and the rest goes on', async () => {
    const repository = new Repository();
    await repository.commit('a');
    const name = await repository.forget('b', { snapshot: idOf('b') });
    await repository.damage(name);
    const view = await repository.view();
    expect(ids(view)).toEqual([idOf('a')]);
    expect(view.damaged).toMatchObject([{ code: 'OBJECT_DAMAGED', object: name }]);
  });
});

describe('the chain', () => {
  test('a snapshot that was taken away is missed by those that follow it and by who has seen it', async () => {
    const repository = new Repository();
    const name = await repository.commit('a', { startedAt: at(1) });
    await repository.commit('b', { startedAt: at(2), follows: [{ id: idOf('a'), manifestSha256: '', madeMs: 0 }] });
    const last = await repository.commit('c', {
      startedAt: at(3),
      follows: [{ id: idOf('b'), manifestSha256: '', madeMs: 0 }],
    });
    const whole = await repository.view();
    expect(missingSnapshots(whole)).toEqual([]);
    const seen = headsOf(whole, []);
    expect(seen).toEqual([idOf('a'), idOf('b'), idOf('c')]);
    await repository.store.delete(name);
    expect(missingSnapshots(await repository.view())).toEqual([idOf('a')]);
    // The newest is named by no other: only memory tells.
    await repository.store.delete(last);
    const view = await repository.view();
    expect(missingSnapshots(view)).toEqual([idOf('a')]);
    expect(missingSnapshots(view, seen)).toEqual([idOf('a'), idOf('c')]);
  });

  test('what is missed stays in memory, so that it is missed at the next look as well', async () => {
    const repository = new Repository();
    await repository.commit('b');
    const view = await repository.view();
    expect(headsOf(view, [idOf('a')])).toEqual([idOf('a'), idOf('b')]);
  });

  test('no more than the 16 newest are remembered', async () => {
    const repository = new Repository();
    for (let i = 0; i < 20; i++) await repository.commit(`s${i}`, { startedAt: at(i) });
    const heads = headsOf(await repository.view(), []);
    expect(heads).toEqual(Array.from({ length: 16 }, (_, i) => idOf(`s${i + 4}`)));
  });

  test('a damaged snapshot is damaged, not missing', async () => {
    const repository = new Repository();
    const name = await repository.commit('a');
    await repository.commit('b', { follows: [{ id: idOf('a'), manifestSha256: '', madeMs: 0 }] });
    await repository.damage(name);
    expect(missingSnapshots(await repository.view())).toEqual([]);
  });

  test('the error of it names the snapshot and the tenant', () => {
    expect(snapshotMissing(idOf('a'), 'acme')).toMatchObject({
      code: 'SNAPSHOT_MISSING',
      object: idOf('a'),
      message: expect.stringContaining('acme') as unknown,
    });
  });
});

describe('the index', () => {
  test('it holds what committed segments name, and nothing of other sessions', async () => {
    const repository = new Repository();
    const segment = await repository.segment('a', [await repository.pack('a', 'one')]);
    await repository.segment('open', [await repository.pack('open', 'two')]);
    await repository.commit('a', {}, [segment]);
    const index = await (await repository.view()).loadIndex();
    expect(index.find(idOfBlob('one'))).toBe(0);
    expect(index.find(idOfBlob('two'))).toBe(-1);
  });

  test.each(['damaged', 'gone'])(
    'segments that are %s are made up from their packs, each of which is there once',
    async (how) => {
      const repository = new Repository();
      const segments: string[] = [];
      for (const blob of ['one', 'two', 'three'])
        segments.push(await repository.segment('a', [await repository.pack('a', blob)]));
      await repository.commit('a', {}, segments);
      const names = segments.map((id) => segmentName(tenant.label, idOf('a'), id));
      for (const name of names.slice(0, 2)) {
        if (how === 'gone') await repository.store.delete(name);
        else await repository.damage(name);
      }
      const view = await repository.view();
      const index = await view.loadIndex();
      for (const blob of ['one', 'two', 'three']) expect(index.find(idOfBlob(blob))).toBeGreaterThanOrEqual(0);
      expect([index.packs.length, index.blobs]).toEqual([3, 3]);
      expect([...view.segmentErrors.keys()].toSorted()).toEqual(names.slice(0, 2).toSorted());
      view.segmentsRebuilt();
      expect(view.segmentErrors.size).toBe(0);
    },
  );

  test('what is loaded is not loaded again, also by two who ask at once', async () => {
    const repository = new Repository();
    const first = await repository.segment('a', [await repository.pack('a', 'one')]);
    await repository.commit('a', {}, [first]);
    const view = await repository.view();
    await Promise.all([view.loadIndex(), view.loadIndex()]);
    const second = await repository.segment('b', [await repository.pack('b', 'two')]);
    await repository.commit('b', {}, [second]);
    await view.loadSnapshots();
    await Promise.all([view.loadIndex(), view.loadIndex()]);
    expect([view.index.packs.length, view.index.blobs]).toEqual([2, 2]);
  });

  test('a load that was ended can be made again', async () => {
    const repository = new Repository();
    const segment = await repository.segment('a', [await repository.pack('a', 'one')]);
    await repository.commit('a', {}, [segment]);
    const view = await repository.view();
    expect((await failureOf(view.loadIndex(AbortSignal.abort(new Error('enough'))))).message).toBe('enough');
    expect((await view.loadIndex()).blobs).toBe(1);
  });

  test('packs that no readable commit names can be had as well', async () => {
    const repository = new Repository();
    const segment = await repository.segment('a', [await repository.pack('a', 'one')]);
    const name = await repository.commit('a', {}, [segment]);
    await repository.damage(name);
    const view = await repository.view();
    expect((await view.loadIndex()).blobs).toBe(0);
    await view.loadStrays();
    expect(view.index.find(idOfBlob('one'))).toBe(0);
  });
});
