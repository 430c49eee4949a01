import { memoryStore, type ObjectStore, readObject } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { encodeSegment } from '../../src/blob-index/segment.ts';
import { commitName, epochName, historyName, segmentName } from '../../src/layout/names.ts';
import { missingSnapshots } from '../../src/session/chain.ts';
import { commitSeal, encodeCommit, indexSeal } from '../../src/session/commit.ts';
import {
  encodeRecord,
  type EpochDecision,
  epochSeal,
  type EpochOpening,
  type History,
  historySeal,
  NO_HISTORY,
} from '../../src/session/epoch-records.ts';
import { newestEpoch, readEpochs } from '../../src/session/epochs.ts';
import { TenantView } from '../../src/session/tenant-view.ts';
import { noise } from '../fixtures/content.ts';
import { packedBlob, storePack } from '../fixtures/packing.ts';
import { failureOf } from '../fixtures/place.ts';
import { idOf, recordOf } from '../fixtures/records.ts';
import { flipped, sealedStore, tenantOf } from '../fixtures/sealing.ts';

const tenant = tenantOf();
const HISTORY = '0123456789abcdef';
const bytesOf = (name: string): Buffer => noise(500, `blob ${name}`);
const idOfBlob = (name: string): Uint8Array => packedBlob(tenant, { bytes: bytesOf(name) }).id;

/** A repository that has seen rounds of garbage collection, written by hand. */
class Rounds {
  readonly store: ObjectStore = memoryStore();
  readonly sealed = sealedStore(this.store);

  async open(epoch: number, tombstones: EpochOpening['tombstones'] = []): Promise<void> {
    const content = encodeRecord({ token: 'ab', tombstones });
    await this.sealed.create(epochName(tenant.label, epoch, 'open'), epochSeal(tenant), content);
  }

  async decide(epoch: number, history: Partial<History> = {}, decision: Partial<EpochDecision> = {}): Promise<void> {
    const name = historyName(tenant.label, epoch, HISTORY);
    for (const each of [name, `${name}-copy`])
      await this.sealed.create(each, historySeal(tenant), encodeRecord({ ...NO_HISTORY, ...history }));
    const content = encodeRecord({ token: 'ab', history: HISTORY, packs: [], segments: [], sessions: [], ...decision });
    for (const what of ['decision', 'decision-copy'] as const)
      await this.sealed.create(epochName(tenant.label, epoch, what), epochSeal(tenant), content);
  }

  async commit(epoch: number, name: string, segments: readonly string[] = []): Promise<void> {
    const record = recordOf({ id: idOf(name) });
    const commit = encodeCommit({ type: 'snapshot', token: 'ab', record, segments });
    await this.sealed.create(commitName(tenant.label, epoch, idOf(name)), commitSeal(tenant), commit);
  }

  /** Stores a pack and a segment that names it. */
  async segment(session: string, blob: string): Promise<{ segment: string; pack: string }> {
    const id = noise(8, `pack of ${blob}`).toString('hex');
    const plan = { session: idOf(session), id, frames: [[{ bytes: bytesOf(blob) }]] };
    const pack = await storePack(this.sealed, tenant, plan);
    const segment = noise(8, `segment of ${blob}`).toString('hex');
    const name = segmentName(tenant.label, idOf(session), segment);
    await this.sealed.create(name, indexSeal(tenant), encodeSegment([pack]));
    return { segment, pack: id };
  }

  async damage(name: string): Promise<void> {
    await this.store.put(name, flipped(await readObject(this.store, name), 300));
  }

  async view(): Promise<TenantView> {
    const view = new TenantView(this.sealed, tenant);
    await view.reload();
    return view;
  }
}

describe('where rounds stand', () => {
  test('the newest number counts, decided or not', async () => {
    const rounds = new Rounds();
    const place = { sealed: rounds.sealed, tenant };
    expect(await newestEpoch(place)).toBe(0);
    expect(await readEpochs(place)).toMatchObject({ opened: 0, decided: 0 });
    const pack = `${idOf('a')}/0123456789abcdef` as const;
    await rounds.open(1, [pack]);
    expect(await readEpochs(place)).toMatchObject({ opened: 1, decided: 0, tombstones: new Set([pack]) });
    await rounds.decide(1, { forgotten: [idOf('x')] });
    expect(await readEpochs(place)).toMatchObject({ opened: 1, decided: 1, tombstones: new Set() });
    await rounds.open(2);
    const state = await readEpochs(place);
    expect([state.opened, state.decided, state.history.forgotten]).toEqual([2, 1, [idOf('x')]]);
    expect(await newestEpoch(place)).toBe(2);
  });

  test.each(['decision', 'history'] as const)('a %s that is damaged or gone is read from its copy', async (what) => {
    for (const how of ['damaged', 'gone']) {
      const rounds = new Rounds();
      await rounds.open(1);
      await rounds.decide(1, { forgotten: [idOf('x')] });
      const name = what === 'history' ? historyName(tenant.label, 1, HISTORY) : epochName(tenant.label, 1, 'decision');
      if (how === 'gone') await rounds.store.delete(name);
      else await rounds.damage(name);
      const state = await readEpochs({ sealed: rounds.sealed, tenant });
      expect([state.decided, state.history.forgotten]).toEqual([1, [idOf('x')]]);
    }
  });

  test('a decision of which both copies are gone is damage, not a round that goes on', async () => {
    const rounds = new Rounds();
    await rounds.open(1);
    await rounds.decide(1);
    await rounds.open(2);
    for (const what of ['decision', 'decision-copy'] as const)
      await rounds.store.delete(epochName(tenant.label, 1, what));
    expect(await failureOf(readEpochs({ sealed: rounds.sealed, tenant }))).toMatchObject({
      code: 'OBJECT_MISSING',
      object: epochName(tenant.label, 1, 'decision'),
    });
  });

  test('a decision that is gone while its copy is damaged is damage, not a round that goes on', async () => {
    const rounds = new Rounds();
    await rounds.open(1);
    await rounds.decide(1);
    await rounds.store.delete(epochName(tenant.label, 1, 'decision'));
    await rounds.damage(epochName(tenant.label, 1, 'decision-copy'));
    expect(await failureOf(readEpochs({ sealed: rounds.sealed, tenant }))).toMatchObject({
      code: 'OBJECT_DAMAGED',
      object: epochName(tenant.label, 1, 'decision-copy'),
    });
  });

  test('records of writers, who have no key for it, are damage', async () => {
    const rounds = new Rounds();
    const seal = { ...epochSeal(tenant), subkey: tenant.subkey('meta') };
    await rounds.sealed.create(epochName(tenant.label, 1, 'open'), seal, encodeRecord({ token: 'ab', tombstones: [] }));
    const { damage, tombstones } = await readEpochs({ sealed: rounds.sealed, tenant });
    expect([damage?.code, tombstones.size]).toEqual(['OBJECT_DAMAGED', 0]);
    await rounds.sealed.create(epochName(tenant.label, 1, 'decision'), seal, encodeRecord(NO_HISTORY));
    expect((await failureOf(readEpochs({ sealed: rounds.sealed, tenant }))).code).toBe('OBJECT_DAMAGED');
  });

  test.each([
    ['an opening', 'open', Buffer.from([0, 123, 125])],
    ['an unknown form', 'open', Buffer.from([7])],
    ['bytes that do not unpack', 'open', Buffer.from([1, 2, 3])],
    ['a decision', 'decision', Buffer.concat([Buffer.from([0]), Buffer.from('{"token":"a","history":"../x"}')])],
  ] as const)('%s that breaks the format is OBJECT_INVALID', async (_, what, content) => {
    const rounds = new Rounds();
    await rounds.sealed.create(epochName(tenant.label, 1, what), epochSeal(tenant), content);
    const reading = readEpochs({ sealed: rounds.sealed, tenant });
    const error = what === 'open' ? (await reading).damage : await failureOf(reading);
    expect(error?.code).toBe('OBJECT_INVALID');
  });

  test('large records are compressed', () => {
    const tombstones = Array.from({ length: 1000 }, (_, i) => `${idOf(1)}/${String(i).padStart(16, '0')}` as const);
    expect(encodeRecord({ token: 'ab', tombstones }).length).toBeLessThan(10_000);
  });
});

describe('what counts', () => {
  test('of the time before a decision only what its history says, and all that was committed since', async () => {
    const rounds = new Rounds();
    await rounds.commit(0, 'before');
    await rounds.commit(0, 'dropped');
    await rounds.open(1);
    await rounds.decide(1, {
      snapshots: [{ epoch: 0, record: recordOf({ id: idOf('before') }) }],
      forgotten: [idOf('dropped')],
    });
    await rounds.commit(1, 'after');
    const view = await rounds.view();
    expect(view.snapshots.map(({ record }) => record.id).toSorted()).toEqual(
      [idOf('before'), idOf('after')].toSorted(),
    );
    expect(view.knows(idOf('dropped'))).toBe(true);
    expect(missingSnapshots(view, [idOf('dropped')])).toEqual([]);
  });

  test('segments of sessions that a decision covers count only if its history names them', async () => {
    const rounds = new Rounds();
    const kept = await rounds.segment('a', 'kept');
    const dead = await rounds.segment('a', 'dead');
    await rounds.commit(0, 'a', [kept.segment, dead.segment]);
    expect((await rounds.view()).index.packs).toHaveLength(2);
    await rounds.open(1);
    const packs = [`${idOf('a')}/${kept.pack}`] as const;
    await rounds.decide(1, { segments: [{ id: `${idOf('a')}/${kept.segment}`, packs }] });
    const view = await rounds.view();
    expect([view.index.find(idOfBlob('kept')), view.index.find(idOfBlob('dead'))]).toEqual([0, -1]);
  });

  test('a history’s segment that is lost is made up from exactly the packs that it named', async () => {
    const rounds = new Rounds();
    const { segment, pack } = await rounds.segment('a', 'one');
    await rounds.segment('a', 'two');
    await rounds.open(1);
    await rounds.decide(1, { segments: [{ id: `${idOf('a')}/${segment}`, packs: [`${idOf('a')}/${pack}`] }] });
    await rounds.damage(segmentName(tenant.label, idOf('a'), segment));
    const view = await rounds.view();
    expect(view.segmentErrors.size).toBe(1);
    expect([view.index.find(idOfBlob('one')), view.index.find(idOfBlob('two'))]).toEqual([0, -1]);
  });

  test('a view that is open follows the rounds that others decide', async () => {
    const rounds = new Rounds();
    const { segment, pack } = await rounds.segment('a', 'one');
    await rounds.commit(0, 'a', [segment]);
    const view = await rounds.view();
    const before = view.index;
    await rounds.open(1, [`${idOf('a')}/${pack}`]);
    await view.reload();
    expect(view.index).toBe(before);
    expect([...view.tombstoned()].map(({ id }) => id)).toEqual([pack]);
    await rounds.decide(1, { forgotten: [idOf('a')] });
    await view.reload();
    expect(view.index).not.toBe(before);
    expect([view.index.blobs, view.tombstoned().size, view.snapshots.length]).toEqual([0, 0, 0]);
  });
});
