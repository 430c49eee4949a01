import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fsStore, type ObjectStore } from '@x/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyOptions, VerifyReport } from '../../src/repository/contract.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, type Place } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const DAY = 24 * 3600 * 1000;
const NOW = Date.UTC(2026, 0, 1);
const BACKUPS = 4;

/** A repository of several packs, of two tenants. Tests damage nothing in it; those that do make their own. */
const shared = newPlace(afterAll);

async function severalPacks(place: Place): Promise<number> {
  const repository = await createAt(place);
  for (let i = 0; i < BACKUPS; i++) {
    buildTree(place.source, { [`file ${i}`]: noise(100_000, i) });
    await repository.backup({ paths: [place.source], tenant: i === 0 ? 'other' : 'default' });
  }
  await repository.close();
  return filesBelow(place.store).filter((name) => name.startsWith('packs/')).length;
}

let packs = 0;

beforeAll(async () => {
  packs = await severalPacks(shared);
});

/** The same repository, seen by a machine that has never checked it. */
const otherMachine = (): Place => ({ ...shared, cache: newPlace().cache });

/** Verifies as a process of its own would, some days after the others. */
async function verifyAt(place: Place, day: number, options: VerifyOptions = {}): Promise<VerifyReport> {
  await using repository = await openAt(place, { clock: () => NOW + day * DAY });
  return await repository.verify(options);
}

const isoAt = (day: number): string => new Date(NOW + day * DAY).toISOString();
const checksOf = (place: Place): string[] =>
  filesBelow(place.cache).flatMap((name) => (name.includes('checks/') ? [join(place.cache, name)] : []));

describe('a sample', () => {
  it('reads one pack after the other when runs repeat, none twice before each was read once, and goes round', async () => {
    const place = otherMachine();
    expect(packs).toBeGreaterThanOrEqual(2 * BACKUPS);
    for (let day = 0; day < packs; day++) {
      const report = await verifyAt(place, day, { level: 'sample', sample: { bytes: 1 } });
      expect(report).toMatchObject({ status: 'ok', level: 'sample', packs, packsRead: 1 });
      expect(report).toMatchObject({ packsUnchecked: packs - day - 1, oldestCheckedAt: isoAt(0) });
      expect(report.coverage).toBeLessThan(0.9);
    }
    for (let day = packs; day < packs + 3; day++) {
      const { oldestCheckedAt } = await verifyAt(place, day, { level: 'sample', sample: { bytes: 1 } });
      expect(oldestCheckedAt).toBe(isoAt(day - packs + 1));
    }
    // Any other level tells as well how long ago all was read.
    expect(await verifyAt(place, 99, { level: 'quick' })).toMatchObject({
      packsUnchecked: 0,
      oldestCheckedAt: isoAt(3),
    });
  });

  it('of a share comes round within as many runs as the share goes into the whole', async () => {
    const place = otherMachine();
    const first = await verifyAt(place, 0, { level: 'sample', sample: { percent: 25 } });
    expect(first.packsRead).toBeGreaterThan(0);
    expect(first.packsUnchecked).toBe(packs - first.packsRead);
    for (let day = 1; day < 4; day++) await verifyAt(place, day, { level: 'sample', sample: { percent: 25 } });
    expect(await verifyAt(place, 4, { level: 'quick' })).toMatchObject({ packsUnchecked: 0 });
  });

  it('reads 5 percent when nothing is said, and at least one pack in whatever time', async () => {
    const usual = await verifyAt(otherMachine(), 0, { level: 'sample' });
    expect(usual.packsRead).toBeGreaterThanOrEqual(1);
    expect(usual.packsRead).toBeLessThan(packs);
    expect(usual.coverage).toBeGreaterThan(0.05);
    const timed = await verifyAt(otherMachine(), 0, { level: 'sample', sample: { ms: 0.001 } });
    expect(timed.packsRead).toBeGreaterThanOrEqual(1);
    const enough = await verifyAt(otherMachine(), 0, { level: 'sample', sample: { ms: 3_600_000 } });
    expect(enough).toMatchObject({ packsRead: packs, packsUnchecked: 0, coverage: 1 });
  });

  it('does what structure does, too', async () => {
    const place = newPlace();
    await severalPacks(place);
    const segment = filesBelow(place.store).find((name) => name.startsWith('index/')) ?? '';
    rmSync(join(place.store, segment));
    const { findings, status } = await verifyAt(place, 0, { level: 'sample' });
    expect({ findings, status }).toMatchObject({
      status: 'partial',
      findings: [{ code: 'redundancy', object: segment }],
    });
  });
});

describe('what a machine remembers of its checks', () => {
  it('is there after a full check as well, and not after one of structure or of a single snapshot', async () => {
    const place = otherMachine();
    const nothing = { packsRead: 0, packsUnchecked: packs };
    expect(await verifyAt(place, 0, { level: 'structure' })).toMatchObject(nothing);
    const one = await verifyAt(place, 0, { level: 'full', snapshot: 'latest' });
    expect(one.packsUnchecked).toBe(one.packs);
    expect(one).not.toHaveProperty('oldestCheckedAt');
    expect(await verifyAt(place, 1, { level: 'full' })).toMatchObject({
      packsRead: packs,
      packsUnchecked: 0,
      oldestCheckedAt: isoAt(1),
    });
  });

  it('can be lost, cut or changed: then all packs count as never checked', async () => {
    const place = otherMachine();
    await verifyAt(place, 0, { level: 'full' });
    const files = checksOf(place);
    // Of packs and of snapshots, for each tenant.
    expect(files).toHaveLength(4);
    const good = files.map((file) => readFileSync(file));
    for (const damage of [
      (bytes: Buffer) => bytes.subarray(0, -1),
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 30 ? byte ^ 1 : byte))),
      () => Buffer.alloc(0),
      // What belongs to another tenant.
      (_: Buffer, at: number) => good[(at + 2) % 4] as Buffer,
    ]) {
      for (const [at, file] of files.entries()) writeFileSync(file, damage(good[at] as Buffer, at));
      expect(await verifyAt(place, 1, { level: 'quick' })).toMatchObject({ status: 'ok', packsUnchecked: packs });
    }
    for (const file of files) rmSync(file);
    expect(await verifyAt(place, 1, { level: 'quick' })).toMatchObject({ packsUnchecked: packs });
  });

  it('does not count when it lies in the future', async () => {
    const place = otherMachine();
    await verifyAt(place, 7, { level: 'full' });
    expect(await verifyAt(place, 6, { level: 'quick' })).toMatchObject({ packsUnchecked: packs });
  });

  it('holds what was read before a run was ended', async () => {
    const place = otherMachine();
    const end = new AbortController();
    const inner = fsStore(place.store);
    let reads = 0;
    const store: ObjectStore = {
      ...inner,
      get: async (key, call) => {
        // Two headers and one extent for each pack, after their directories.
        if (key.startsWith('packs/') && call?.range?.start === 0 && ++reads > 3) end.abort();
        return await inner.get(key, call);
      },
    };
    await using repository = await openAt(place, { store, performance: { workers: 1, readers: 1 } });
    const ended = await failureOf(repository.verify({ level: 'full', signal: end.signal }));
    expect(ended.code).toBe('ABORTED');
    const { packsUnchecked } = await verifyAt(place, 99_999, { level: 'quick' });
    expect(packsUnchecked).toBe(packs - 3);
  });

  it('leaves out a damaged pack: it is read again by each run, and named, until it is well', async () => {
    const place = newPlace();
    const count = await severalPacks(place);
    const [name = ''] = filesBelow(place.store).filter((each) => each.startsWith('packs/'));
    const good = readFileSync(join(place.store, name));
    await verifyAt(place, 0, { level: 'full' });
    writeFileSync(join(place.store, name), Buffer.from(good.map((byte, at) => (at === 200 ? byte ^ 1 : byte))));
    expect(await verifyAt(place, 1, { level: 'full' })).toMatchObject({ status: 'failed', packsUnchecked: 1 });
    for (let day = 2; day < 5; day++) {
      const { findings, packsUnchecked } = await verifyAt(place, day, { level: 'sample', sample: { bytes: 1 } });
      expect(findings).toMatchObject([{ code: 'damaged', object: name }]);
      expect(packsUnchecked).toBe(1);
    }
    writeFileSync(join(place.store, name), good);
    const well = await verifyAt(place, 5, { level: 'sample', sample: { bytes: 1 } });
    expect(well).toMatchObject({ status: 'ok', packs: count, packsUnchecked: 0, oldestCheckedAt: isoAt(1) });
  });
});

it.each<[string, VerifyOptions]>([
  ['a sample of another level', { level: 'full', sample: { percent: 5 } }],
  ['a sample of no level', { sample: { percent: 5 } }],
  ['no size', { level: 'sample', sample: {} }],
  ['two sizes', { level: 'sample', sample: { percent: 5, ms: 5 } }],
  ['nothing', { level: 'sample', sample: { bytes: 0 } }],
  ['more than all', { level: 'sample', sample: { percent: 101 } }],
  ['less than nothing', { level: 'sample', sample: { ms: -1 } }],
  ['no number', { level: 'sample', sample: { bytes: Number.NaN } }],
  ['a sample of one snapshot', { level: 'sample', snapshot: 'latest' }],
])('%s is refused', async (_, options) => {
  await using repository = await openAt(otherMachine());
  expect(await failureOf(repository.verify(options))).toMatchObject({ code: 'INVALID_OPTION' });
});
