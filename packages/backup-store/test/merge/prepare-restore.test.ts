import { expect, it } from 'vitest';

import { prepareRecordRestore, type SnapshotRestoreOptions } from '../../src/merge/prepare-restore.ts';
import type { DataRecord, RecordModule } from '../../src/records/contract.ts';
import { recordsSource } from '../../src/records/records-source.ts';
import type { Repository } from '../../src/repository/contract.ts';
import type { BackupSource } from '../../src/source/contract.ts';
import { createAt, newPlace } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { MemoryTarget } from './memory-target.ts';

const SIGNAL = new AbortController().signal;
const HOUR = 3_600_000;
const START = Date.UTC(2030, 0, 7);

/** A hotel, its repository, and the time that both go by. */
class Hotel {
  readonly repository: Repository;
  readonly target: MemoryTarget;
  readonly clock: { now: number };

  constructor(repository: Repository, target: MemoryTarget, clock: { now: number }) {
    this.repository = repository;
    this.target = target;
    this.clock = clock;
  }

  static async open(): Promise<Hotel> {
    const clock = { now: START };
    const repository = await createAt(newPlace(), { clock: () => clock.now });
    return new Hotel(repository, new MemoryTarget({ guests: [], stays: [] }), clock);
  }

  put(module: string, id: string, data: DataRecord['data']): void {
    this.target.put(module, { id, updatedAt: this.clock.now, data });
  }

  delete(module: string, id: string): void {
    this.target.modulesNow.get(module)?.delete(id);
  }

  source(): BackupSource {
    const { target, clock } = this;
    const module = (name: string): RecordModule => ({
      name,
      moment: async () => await Promise.resolve(clock.now),
      read: () => target.read(name, { signal: SIGNAL }),
      async *ids() {
        for await (const { id } of target.read(name, { signal: SIGNAL })) yield id;
      },
    });
    return recordsSource({
      name: 'hotel',
      modules: ['guests', 'stays'].map((name) => module(name)),
      clock: () => clock.now,
    });
  }

  async backup(name: string): Promise<string> {
    this.clock.now += HOUR;
    const { snapshot, status } = await this.repository.backup({ sources: [this.source()], name });
    expect(status).toBe('ok');
    this.clock.now += HOUR;
    return snapshot?.id ?? '';
  }

  async prepare(
    options: Partial<SnapshotRestoreOptions> & { snapshot: string },
  ): ReturnType<typeof prepareRecordRestore> {
    const { target } = this;
    return await prepareRecordRestore(this.repository, { mode: 'merge', target, targetName: 'hotel-db', ...options });
  }

  content(module: string): Record<string, unknown> {
    return Object.fromEntries(this.target.content(module).map(({ id, data }) => [id, data]));
  }
}

it('a hotel’s data is harmed and merged back: newer reservations stay, what was cancelled and who was erased stays away', async () => {
  const hotel = await Hotel.open();
  await using repository = hotel.repository;
  for (const id of ['ann', 'ben', 'cleo']) hotel.put('guests', id, { name: id });
  for (const id of ['s1', 's2', 's3', 's4']) hotel.put('stays', id, { state: 'booked' });
  const night = await hotel.backup('night');
  hotel.delete('stays', 's4'); // cancelled
  const morning = await hotel.backup('morning');
  hotel.delete('guests', 'ben'); // has asked for it
  await repository.journal.erase({ module: 'guests', ids: ['ben'] });
  hotel.put('stays', 's5', { state: 'booked' });
  hotel.clock.now += HOUR;
  const since = hotel.clock.now; // the script runs
  hotel.put('stays', 's1', { state: 'lost' });
  hotel.delete('stays', 's2');
  hotel.delete('guests', 'cleo');
  hotel.clock.now += HOUR;
  hotel.put('stays', 's6', { state: 'booked' });
  await hotel.backup('too late');

  const restore = await hotel.prepare({ snapshot: 'night', rules: { damaged: { since, until: since + 1 } } });
  expect(restore).toMatchObject({
    source: 'hotel',
    basis: { ways: 2, reason: 'never-restored' },
    deletionsFrom: morning,
  });
  const plan = await restore.plan();
  expect(plan).toMatchObject({ added: 2, replaced: 1, deleted: 0, skipped: 2, erased: 1 });
  await restore.apply(plan);
  expect(hotel.content('guests')).toEqual({ ann: { name: 'ann' }, cleo: { name: 'cleo' } });
  expect(hotel.content('stays')).toEqual({
    s1: { state: 'booked' },
    s2: { state: 'booked' },
    s3: { state: 'booked' },
    s5: { state: 'booked' },
    s6: { state: 'booked' },
  });
  expect(await repository.journal.entries()).toMatchObject([
    { type: 'erased', module: 'guests', records: 1 },
    { type: 'restored', target: 'hotel-db', snapshot: night, modules: ['guests', 'stays'], mode: 'merge' },
  ]);
  // A deletion that only a snapshot from after the harm knows may be harm.
  expect((await hotel.prepare({ snapshot: 'night' })).deletionsFrom).toBeUndefined();
});

it('a lost day is merged in three ways, from the snapshot that was restored, and a second time changes nothing', async () => {
  const hotel = await Hotel.open();
  await using repository = hotel.repository;
  for (const id of ['s1', 's2', 's3', 's4']) hotel.put('stays', id, { state: 'booked' });
  const monday = await hotel.backup('monday');
  hotel.put('stays', 's1', { state: 'paid' });
  hotel.put('stays', 's5', { state: 'booked' });
  hotel.delete('stays', 's2');
  await hotel.backup('tuesday');
  await (await hotel.prepare({ snapshot: 'monday', mode: 'full' })).apply();
  hotel.clock.now += HOUR;
  hotel.put('stays', 's3', { state: 'paid' });
  hotel.delete('stays', 's4');
  for (const changes of [3, 0]) {
    const restore = await hotel.prepare({ snapshot: 'tuesday' });
    expect(restore.basis).toEqual({ ways: 3, base: monday, reason: 'restored-from' });
    expect(await restore.apply(await restore.plan())).toMatchObject({ changes, conflicts: 0, ways: 3 });
    expect(hotel.content('stays')).toEqual({ s1: { state: 'paid' }, s3: { state: 'paid' }, s5: { state: 'booked' } });
  }
  await hotel.backup('wednesday');
  expect((await hotel.prepare({ snapshot: 'wednesday' })).basis.reason).toBe('made-since');
  expect((await hotel.prepare({ snapshot: 'monday' })).basis.reason).toBe('same-snapshot');
  expect((await hotel.prepare({ snapshot: 'tuesday', targetName: 'another' })).basis.reason).toBe('never-restored');
  expect((await hotel.prepare({ snapshot: 'tuesday', base: 'monday' })).basis.reason).toBe('named');
  await repository.forget({ snapshots: ['monday'] });
  expect((await hotel.prepare({ snapshot: 'tuesday' })).basis.reason).toBe('base-forgotten');
});

it('single records come back from a snapshot', async () => {
  const hotel = await Hotel.open();
  await using repository = hotel.repository;
  for (const id of ['s1', 's2', 's3']) hotel.put('stays', id, { state: 'booked' });
  await hotel.backup('night');
  for (const id of ['s1', 's2', 's3']) hotel.put('stays', id, { state: 'lost' });
  const restore = await hotel.prepare({ snapshot: 'night', mode: 'selective', records: { stays: ['s2'] } });
  expect((await restore.apply()).changes).toBe(1);
  expect(hotel.content('stays')).toEqual({ s1: { state: 'lost' }, s2: { state: 'booked' }, s3: { state: 'lost' } });
  expect(repository.encrypted).toBe(true);
});

it('a snapshot without records, or with several sources of them, says so', async () => {
  const hotel = await Hotel.open();
  await using repository = hotel.repository;
  await repository.backup({ sources: [sourceOf('files', { a: 'a' })], name: 'files' });
  await expect(hotel.prepare({ snapshot: 'files' })).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND' });
  const other = { ...hotel.source(), name: 'other' };
  await repository.backup({ sources: [hotel.source(), other], name: 'two' });
  await expect(hotel.prepare({ snapshot: 'two' })).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND' });
  expect((await hotel.prepare({ snapshot: 'two', source: 'other' })).source).toBe('other');
  await expect(hotel.prepare({ snapshot: 'two', source: 'hotel', deletionsFrom: 'files' })).rejects.toMatchObject({
    code: 'MODULE_NOT_FOUND',
  });
});
