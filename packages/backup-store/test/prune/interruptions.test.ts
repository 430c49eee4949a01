// Stores that fail, backups that go on, disks that are full.
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FaultRequest, fsStore, type ObjectStore, withFaults } from '@x/storage';
import { describe, expect, it } from 'vitest';
import type { PruneResult } from '../../src/repository/contract.ts';
import { IS_ROOT } from '../fixtures/child.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { mountSmallDisk } from '../fixtures/tmpfs.ts';
import { buildTree } from '../fixtures/tree.ts';
import { agedCopies, expectWell, idOfSnapshot, NOW, ONLY_TWO, packBytes, packsOf, TREES } from './aged.ts';

const age = agedCopies();

/** The store of a place, on which some requests fail. */
const failing = (place: Place, fails: (request: FaultRequest) => boolean): ObjectStore =>
  withFaults(fsStore(place.store), { decide: (request) => (fails(request) ? { kind: 'error-before' } : undefined) });

describe('a prune whose store fails', () => {
  it.each([
    ['at its opening', ({ call, key }) => call === 'createIfAbsent' && key.endsWith('/open')],
    ['at its index', ({ call, key }) => call === 'createIfAbsent' && key.startsWith('index/')],
    ['at its decision', ({ call, key }) => call === 'createIfAbsent' && key.endsWith('/decision')],
    ['at the copy of its decision', ({ call, key }) => call === 'createIfAbsent' && key.endsWith('-copy')],
    ['at the first pack to be deleted', ({ call, key }) => call === 'delete' && key.startsWith('packs/')],
    ['at the end', ({ call, key }) => call === 'createIfAbsent' && key.endsWith('/closed')],
  ] satisfies [string, (request: FaultRequest) => boolean][])(
    '%s loses nothing, and the next one ends it',
    async (_, fails) => {
      const place = newPlace();
      await using repository = await age(place);
      const before = packBytes(place);
      await repository.forget({ snapshots: ['one'] });
      await using broken = await openAt(place, { store: failing(place, fails) });
      await failureOf(broken.prune(NOW));
      await expectWell(place, ['two', 'three']);
      expect(await repository.prune(NOW)).toMatchObject({ status: 'ok' });
      expect(before - packBytes(place)).toBeGreaterThan(1_990_000);
      await expectWell(place, ['two', 'three']);
      // What the one that failed had written for nothing goes as well.
      await repository.prune(NOW);
      expect((await repository.planPrune(NOW)).tenants).toMatchObject([{ worthwhile: false }]);
      expect((await repository.verify()).findings).toEqual([]);
    },
  );

  it('in a sweep leaves packs of which a verification says that they are garbage', async () => {
    const place = newPlace();
    await using repository = await age(place);
    await repository.forget({ snapshots: ['two'] });
    const store = failing(place, ({ call, key }) => call === 'delete' && key.startsWith('packs/'));
    await using broken = await openAt(place, { store });
    await failureOf(broken.prune(NOW));
    const { findings, status } = await repository.verify();
    expect(status).toBe('partial');
    expect(new Set(findings.map(({ code, message }) => `${code}: ${message}`))).toEqual(
      new Set(['unindexed: No snapshot needs this pack any more: the next prune deletes it']),
    );
  });
});

describe('a backup that did not end', () => {
  async function endedEarly(place: Place): Promise<void> {
    buildTree(join(place.folder, 'more'), { more: noise(900_000, 'more') });
    const store = failing(place, ({ call, key }) => call === 'createIfAbsent' && key.startsWith('commits/'));
    await using broken = await openAt(place, { store, cacheDirectory: join(place.folder, 'cache of another machine') });
    await failureOf(broken.backup({ paths: [join(place.folder, 'more')] }));
  }

  it('is waited for, and then its packs go with the round that ends it', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const id = await idOfSnapshot(repository, 'two');
    const going = [...packsOf(place).keys()].filter((name) => name.includes(id)).length;
    const whole = packsOf(place).size;
    await endedEarly(place);
    const before = packsOf(place).size;
    expect(before).toBeGreaterThan(whole);
    await repository.forget({ snapshots: ['two'] });
    const waiting = await repository.prune({ waitMs: 0 });
    expect(waiting).toMatchObject({ status: 'partial', tenants: [{ packsDeleted: 0, sessionsFenced: 0 }] });
    expect(waiting.tenants[0]?.waitsFor).toHaveLength(1);
    expect(packsOf(place).size).toBe(before);
    const packsDeleted = going + before - whole;
    expect((await repository.prune(NOW)).tenants).toMatchObject([{ sessionsFenced: 1, packsDeleted, waitsFor: [] }]);
    expect(packsOf(place).size).toBe(whole - going);
    expect(filesBelow(place.store).filter((name) => name.startsWith('sessions/'))).toEqual([]);
    await expectWell(place, ['one', 'three']);
  });

  it('is garbage by itself once nobody waits for it', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const before = packsOf(place);
    await endedEarly(place);
    expect((await repository.prune()).tenants).toMatchObject([{ epoch: 0 }]);
    await repository.prune(NOW);
    expect(packsOf(place)).toEqual(before);
    await expectWell(place, ['one', 'two', 'three']);
  });
});

describe('a backup beside a prune', () => {
  it('that is waited for, and one that begins meanwhile and needs what is about to go, are both whole', async () => {
    const place = newPlace();
    await using repository = await age(place);
    await repository.forget({ snapshots: ['two'] });
    const [slow, late] = [join(place.folder, 'slow'), join(place.folder, 'late')];
    buildTree(slow, { file: noise(600_000, 'slow') });
    // The very content that only the forgotten snapshot had.
    buildTree(late, { 'only two': ONLY_TWO });
    const real = fsStore(place.store);
    let meanwhile: Promise<PruneResult> | undefined;
    const pruneAndBackUp = async (): Promise<PruneResult> => {
      const result = await repository.prune({ waitMs: 0 });
      await using other = await openAt(place, { cacheDirectory: join(place.folder, 'cache of the late one') });
      await other.backup({ paths: [late], name: 'late' });
      return result;
    };
    const store: ObjectStore = {
      ...real,
      async createIfAbsent(key, ...rest) {
        if (key.startsWith('packs/')) await (meanwhile ??= pruneAndBackUp());
        return await real.createIfAbsent(key, ...rest);
      },
    };
    await using writer = await openAt(place, { store, cacheDirectory: join(place.folder, 'cache of the slow one') });
    await writer.backup({ paths: [slow], name: 'slow' });
    expect(await meanwhile).toMatchObject({ status: 'partial', tenants: [{ packsDeleted: 0 }] });
    expect(await repository.prune()).toMatchObject({ status: 'ok', tenants: [{ waitsFor: [] }] });
    expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
    for (const [name, path] of [
      ['slow', slow],
      ['late', late],
    ] as const) {
      await repository.restore({ snapshot: name, to: place.out });
      expect(compareTrees(path, restored(place, path))).toEqual([]);
    }
  });

  it('in the same process, both at full speed, harms neither', async () => {
    const place = newPlace();
    await using repository = await age(place);
    await repository.forget({ snapshots: ['one'] });
    const paths = Array.from({ length: 4 }, (_, i) => join(place.folder, `more ${i}`));
    for (const [i, path] of paths.entries()) buildTree(path, { ...TREES.one, own: noise(400_000, i) });
    const backups = async (): Promise<void> => {
      for (const path of paths) await repository.backup({ paths: [path], name: path });
    };
    const prunes = async (): Promise<void> => {
      for (let i = 0; i < 4; i++) await repository.prune({ waitMs: 60_000 });
    };
    await Promise.all([backups(), prunes()]);
    await repository.prune({ waitMs: 60_000 });
    expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
    for (const path of paths) {
      await repository.restore({ snapshot: path, to: place.out });
      expect(compareTrees(path, restored(place, path))).toEqual([]);
    }
  });
});

it.runIf(IS_ROOT)('a disk that is full to the last byte can be pruned, and takes backups again', async () => {
  const place = newPlace();
  mountSmallDisk(place.store, 'size=8m');
  const tree = join(place.folder, 'kept');
  buildTree(tree, { kept: noise(2_000_000, 'kept') });
  buildTree(place.source, { large: noise(3_000_000, 'large') });
  await using repository = await createAt(place, { store: fsStore(place.store) });
  await repository.backup({ paths: [tree], name: 'kept' });
  await repository.backup({ paths: [place.source], name: 'large' });
  buildTree(place.source, { large: noise(4_000_000, 'larger') });
  expect(await failureOf(repository.backup({ paths: [place.source] }))).toMatchObject({ code: 'NO_SPACE' });
  const filler = join(place.store, 'filler');
  for (const bytes of [65_536, 4096, 1]) {
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(bytes, 1));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
  }
  expect(execFileSync('df', ['--output=avail', place.store]).toString()).toMatch(/\s0\s*$/);
  await repository.forget({ snapshots: ['large'] });
  const { tenants } = await repository.prune(NOW);
  expect(tenants[0]?.bytesFreed).toBeGreaterThan(3_000_000);
  expect(filesBelow(place.store)).toContain('reserve/0');
  expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  buildTree(place.source, { large: noise(2_500_000, 'again') });
  expect(await repository.backup({ paths: [place.source], name: 'again' })).toMatchObject({ status: 'ok' });
  for (const [name, path] of [
    ['kept', tree],
    ['again', place.source],
  ] as const) {
    await repository.restore({ snapshot: name, to: place.out });
    expect(compareTrees(path, restored(place, path))).toEqual([]);
  }
  rmSync(filler);
});
