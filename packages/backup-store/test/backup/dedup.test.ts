import { appendFileSync, copyFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise, prose } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace, openAt, readObjects, restored, storedBytes } from '../fixtures/place.ts';
import { buildTree, type Tree } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;
const UNCHANGED_BYTES = 64 * 1024;
/** A session's sign of life, which it takes away once it has committed: written, and not there any more. */
const SIGN_OF_LIFE = 4096;

/** Old enough to be trusted: files that are younger than a scan are read again. */
function age(folder: string): void {
  for (const name of filesBelow(folder)) utimesSync(join(folder, name), 1_600_000_000, 1_600_000_000);
}

const many = (count: number, prefix = ''): Tree =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}file ${i}`, `content ${prefix} ${i}`]));

it('a backup of what has not changed adds at most 64 KiB and reads nothing', async () => {
  const place = newPlace();
  buildTree(place.source, {
    ...many(1000),
    folders: { a: many(500, 'a'), b: many(500, 'b') },
    big: noise(20 * MiB, 1),
  });
  const repository = await createAt(place);
  const first = await repository.backup({ paths: [place.source] });
  // Younger files are read again: they might have changed within one tick of the clock.
  await new Promise((resolve) => setTimeout(resolve, 200));
  await repository.backup({ paths: [place.source] });
  const before = storedBytes(place.store);
  const again = await repository.backup({ paths: [place.source] });
  expect(again.counts).toMatchObject({ filesNew: 0, filesChanged: 0, filesUnchanged: 2001, bytesRead: 0, bytesNew: 0 });
  expect(storedBytes(place.store) - before).toBeLessThanOrEqual(UNCHANGED_BYTES);
  expect(again.counts.bytesStored).toBe(storedBytes(place.store) - before + SIGN_OF_LIFE);
  expect(again.parent).not.toBe(first.snapshot?.id);
});

it('without the scan cache everything is read, and still nothing is stored twice', async () => {
  const place = newPlace();
  buildTree(place.source, { ...many(300), big: noise(20 * MiB, 1) });
  await (await createAt(place)).backup({ paths: [place.source] });
  const before = storedBytes(place.store);
  const repository = await openAt(place, { cacheDirectory: join(place.folder, 'new cache') });
  const again = await repository.backup({ paths: [place.source] });
  expect(again.counts).toMatchObject({ filesNew: 0, filesChanged: 0, bytesNew: 0 });
  expect(again.counts.bytesRead).toBeGreaterThan(20 * MiB);
  expect(storedBytes(place.store) - before).toBeLessThanOrEqual(UNCHANGED_BYTES);
});

it('a renamed folder adds metadata only', async () => {
  const place = newPlace();
  buildTree(place.source, { old: { ...many(500), text: prose(2 * MiB, 1), big: noise(12 * MiB, 1) }, stays: 'x' });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  const before = readObjects(place.store);
  renameSync(join(place.source, 'old'), join(place.source, 'new'));
  const { counts } = await repository.backup({ paths: [place.source] });
  expect(counts).toMatchObject({ bytesNew: 0, filesNew: 502, entriesRemoved: 503 });
  expect(counts.bytesStored).toBeLessThanOrEqual(128 * 1024);
  const added = [...readObjects(place.store)].filter(([name]) => !before.has(name));
  expect(added.reduce((sum, [, bytes]) => sum + bytes.length, SIGN_OF_LIFE)).toBe(counts.bytesStored);
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});

/** Where there is time, the large file has as many bytes as the promise is about: it costs seconds. */
const PIECES = IS_THOROUGH ? 30 : 5;

it(`one byte inserted into a file of ${20 * PIECES} MB adds at most 8 MiB, wherever it is`, async () => {
  const place = newPlace();
  const piece = noise(20 * MiB, 'piece');
  buildTree(place.source, {});
  const path = join(place.source, 'large');
  // Pieces are told apart by their numbers, so that it does not deduplicate with itself.
  const pieces = Array.from({ length: PIECES }, (_, i) => {
    const copy = Buffer.from(piece);
    for (let at = 0; at < copy.length; at += 4096) copy.writeUInt32LE(i + 1, at);
    return copy;
  });
  for (const each of pieces) appendFileSync(path, each);
  const repository = await createAt(place);
  const first = await repository.backup({ paths: [place.source], compression: 'none' });
  expect(first.counts.bytesStored).toBeGreaterThan(20 * PIECES * MiB);
  truncateSync(path, 0);
  for (const [i, each] of pieces.entries())
    appendFileSync(path, i === Math.floor(PIECES / 2) ? Buffer.concat([Buffer.from('!'), each]) : each);
  const { counts } = await repository.backup({ paths: [place.source] });
  expect(counts).toMatchObject({ filesChanged: 1, bytesRead: 20 * PIECES * MiB + 1 });
  expect(counts.bytesStored).toBeLessThanOrEqual(8 * MiB);
});

it('equal files, and equal parts of large ones, are stored once', async () => {
  const place = newPlace();
  const large = noise(24 * MiB, 1);
  buildTree(place.source, {
    a: noise(200_000, 2),
    b: noise(200_000, 2),
    large,
    'large with more': Buffer.concat([large, large]),
  });
  const { counts } = await (await createAt(place)).backup({ paths: [place.source] });
  expect(counts.bytesTotal).toBe(72 * MiB + 400_000);
  // Chunks around the seams differ.
  expect(counts.bytesNew).toBeLessThan(24 * MiB + 12 * MiB);
});

it('a file with the same size and time but other content is seen by its change time', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'one', b: 'two' });
  age(place.source);
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await repository.backup({ paths: [place.source] });
  writeFileSync(join(place.source, 'a'), 'ONE');
  age(place.source);
  const { counts } = await repository.backup({ paths: [place.source] });
  expect(counts.filesChanged).toBe(1);
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});

it('files written at the very moment of a scan are never taken for unchanged by the next', async () => {
  const place = newPlace();
  buildTree(place.source, { a: '0' });
  const repository = await createAt(place);
  for (let round = 1; round <= 6; round++) {
    writeFileSync(join(place.source, 'a'), `${round}`);
    const result = await repository.backup({ paths: [place.source] });
    const out = join(place.folder, `out ${round}`);
    await repository.restore({ snapshot: result.snapshot?.id ?? '', to: out });
    expect(compareTrees(place.source, join(out, place.source))).toEqual([]);
  }
});

it('what was stored once and left is used again when it comes back', async () => {
  const place = newPlace();
  buildTree(place.source, { a: noise(5 * MiB, 1) });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  renameSync(join(place.source, 'a'), join(place.folder, 'aside'));
  const without = await repository.backup({ paths: [place.source] });
  expect(without.counts).toMatchObject({ entriesRemoved: 1, filesNew: 0 });
  copyFileSync(join(place.folder, 'aside'), join(place.source, 'b'));
  expect((await repository.backup({ paths: [place.source] })).counts.bytesNew).toBe(0);
});

it('a dry run tells what would be read, and stores nothing', async () => {
  const place = newPlace();
  buildTree(place.source, { ...many(20), big: noise(2 * MiB, 1) });
  const repository = await createAt(place);
  const before = filesBelow(place.store);
  const result = await repository.backup({ paths: [place.source], dryRun: true });
  expect(result.snapshot).toBeUndefined();
  expect(result.counts).toMatchObject({ filesNew: 21, bytesStored: 0 });
  expect(filesBelow(place.store)).toEqual(before);
  expect(await repository.snapshots()).toEqual([]);
});
