import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

/** One snapshot of a few files, and the names of its packs. */
async function backedUp(): Promise<{ place: Place; packs: string[] }> {
  const place = newPlace();
  buildTree(place.source, { a: noise(300_000, 'a'), b: noise(700_000, 'b'), folder: {} });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  await repository.close();
  return { place, packs: filesBelow(place.store).filter((name) => name.startsWith('packs/')) };
}

async function nextBackupRestores(place: Place): Promise<void> {
  const repository = await openAt(place);
  expect(await repository.backup({ paths: [place.source] })).toMatchObject({ status: 'ok', problems: [] });
  await repository.close();
  // Another program, which knows only what is stored.
  rmSync(place.cache, { recursive: true, force: true });
  const later = await openAt(place);
  expect(await later.restore({ snapshot: 'latest', to: place.out })).toMatchObject({ status: 'ok', problems: [] });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
}

it('what was in a pack that is gone is stored again by the next backup, though no file has changed', async () => {
  const { place, packs } = await backedUp();
  for (const pack of packs) unlinkSync(join(place.store, pack));
  await nextBackupRestores(place);
});

it('what was in a pack that was cut is stored again by the next backup', async () => {
  const { place, packs } = await backedUp();
  for (const pack of packs) {
    const bytes = readFileSync(join(place.store, pack));
    writeFileSync(join(place.store, pack), bytes.subarray(0, bytes.length - 4096));
  }
  await nextBackupRestores(place);
});

it('a damaged catalog of the last snapshot does not end backups: everything is read and stored again', async () => {
  const { place, packs } = await backedUp();
  // The pack of the catalog is the smallest one; a byte in its middle is part of the only page.
  const [pack = ''] = packs.toSorted(
    (a, b) => readFileSync(join(place.store, a)).length - readFileSync(join(place.store, b)).length,
  );
  const bytes = readFileSync(join(place.store, pack));
  bytes[100] = (bytes[100] as number) ^ 1;
  writeFileSync(join(place.store, pack), bytes);
  expect(dirname(pack)).toMatch(/^packs\//u);
  await nextBackupRestores(place);
});
