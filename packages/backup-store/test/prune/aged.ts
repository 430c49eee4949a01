// A repository with three snapshots: what each of them needs alone, and what they share, is known.
import { cpSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Repository } from '../../src/repository/contract.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace, openAt, type Place } from '../fixtures/place.ts';
import { buildTree, type Tree } from '../fixtures/tree.ts';

/** Sessions that show no sign of life are ended at once. */
export const NOW = { waitMs: 0, fenceAfterMs: 0 } as const;

/** Small enough to share a frame, so that what stays and what goes is in the same pack. */
const parts = (of: string, first: number, size: number): Tree =>
  Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`part ${10 + 2 * i + first} of ${of}`, noise(size, `${of} ${i}`)]),
  );
const shared: Tree = {
  ...parts('all', 0, 150_000),
  small: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`file ${i}`, `content ${i % 30}`])),
};
/** Content that only the snapshot `two` has. */
export const ONLY_TWO: Buffer = noise(1_200_000, 'only two');

/** What snapshots hold, by their names. Each is in a folder of its own, to be compared with what is restored. */
export const TREES: Readonly<Record<'one' | 'two' | 'three', Tree>> = {
  one: { ...shared, ...parts('one', 1, 200_000) },
  two: { ...shared, 'only two': ONLY_TWO },
  three: { ...shared, later: noise(700_000, 'later') },
};

/** The name of a snapshot of {@link agedCopies}. */
export type Age = keyof typeof TREES;

/** Backs each tree up, the last of which stays in the source. */
async function makeAged(place: Place): Promise<void> {
  await using repository = await createAt(place);
  for (const [name, tree] of Object.entries(TREES)) {
    rmSync(place.source, { recursive: true, force: true });
    buildTree(place.source, tree);
    await repository.backup({ paths: [place.source], name });
  }
}

/**
 * Makes the repository once for a file of tests, which calls this outside of them.
 *
 * @returns What gives a place a copy of it, the newest tree as its source, and what is in each snapshot beside it.
 */
export function agedCopies(): (place: Place) => Promise<Repository> {
  const made = newPlace(afterAll);
  let making: Promise<void> | undefined;
  return async (place) => {
    await (making ??= makeAged(made));
    for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(made[part], place[part], { recursive: true });
    for (const [name, tree] of Object.entries(TREES)) buildTree(join(place.folder, name), tree);
    buildTree(place.source, TREES.three);
    return await openAt(place);
  };
}

/** Restores a snapshot and compares names, contents and modes with what was backed up. */
async function expectRestores(repository: Repository, place: Place, name: Age): Promise<void> {
  const out = join(place.folder, `out of ${name}`);
  rmSync(out, { recursive: true, force: true });
  expect(await repository.restore({ snapshot: name, to: out })).toMatchObject({ status: 'ok', problems: [] });
  const [source] = (await repository.snapshot(name)).sources;
  const differences = compareTrees(join(place.folder, name), join(out, source?.root ?? ''));
  expect(differences.filter((line) => !line.includes(' time: '))).toEqual([]);
}

/** Everything is well: all bytes are checked, and these are the snapshots. There may be packs that nobody needs yet or any more. */
export async function expectWell(place: Place, names: readonly Age[]): Promise<void> {
  await using repository = await openAt(place);
  const { findings } = await repository.verify({ level: 'full' });
  expect(findings.filter(({ code }) => code !== 'unindexed')).toEqual([]);
  expect((await repository.snapshots()).map(({ name }) => name)).toEqual(names);
  for (const name of names) await expectRestores(repository, place, name);
}

/** Sizes of stored packs, by name. */
export function packsOf(place: Place): ReadonlyMap<string, number> {
  const names = filesBelow(place.store).filter((name) => name.startsWith('packs/'));
  return new Map(names.map((name) => [name, lstatSync(join(place.store, name)).size]));
}

/** The bytes of all packs. */
export const packBytes = (place: Place): number => [...packsOf(place).values()].reduce((sum, size) => sum + size, 0);

/** The id of a snapshot. */
export async function idOfSnapshot(repository: Repository, name: Age): Promise<string> {
  return (await repository.snapshot(name)).id;
}
