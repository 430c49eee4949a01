import { expect, it } from 'vitest';
import { noise } from '../fixtures/content.ts';
import { flipIn, objectsBelow } from '../fixtures/damage.ts';
import { createAt, filesBelow, newPlace, openAt } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

it('a snapshot that lacks something by a repair keeps everybody from pruning when more of it is damaged', async () => {
  const place = newPlace();
  buildTree(place.source, { large: noise(6_000_000, 'large'), b: noise(100_000, 'b') });
  await using repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  flipIn(place, objectsBelow(place, 'packs/')[0]?.name ?? '', 1_000_000);
  await repository.repair({ ...NOW, readData: true });
  expect((await repository.prune(NOW)).status).toBe('ok');
  const packs = filesBelow(place.store).filter((name) => name.startsWith('packs/'));
  // Now a page of the catalog: what is below it is not known any more.
  const pages = objectsBelow(place, 'packs/').filter(({ size }) => size < 50_000);
  for (const { name } of pages) flipIn(place, name, 200);
  await using again = await openAt(place);
  await expect(again.prune(NOW)).rejects.toMatchObject({ code: 'PRUNE_REFUSED' });
  expect(filesBelow(place.store).filter((name) => name.startsWith('packs/'))).toEqual(packs);
});
