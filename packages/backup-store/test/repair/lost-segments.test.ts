import { expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { flipIn, objectsBelow } from '../fixtures/damage.ts';
import { createAt, newPlace, openAt, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

it('packs that a lost commit and a lost segment named are kept for the snapshots that need them', async () => {
  const place = newPlace();
  buildTree(place.source, { a: noise(300_000, 'a') });
  await using repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  const [first] = await repository.snapshots();
  const segments = objectsBelow(place, 'index/');
  buildTree(place.source, { b: noise(300_000, 'b') });
  await repository.backup({ paths: [place.source] });
  const commit = objectsBelow(place, 'commits/').find(({ name }) => name.endsWith(first?.id ?? 'none'));
  for (const { name } of [...segments, ...(commit === undefined ? [] : [commit])]) flipIn(place, name, 200);
  await using again = await openAt(place);
  expect(await again.repair(NOW)).toMatchObject({ givenUp: [first?.id], incomplete: [] });
  for (let times = 0; times < 2; times++) expect((await again.prune(NOW)).status).toBe('ok');
  expect((await again.verify({ level: 'full' })).findings).toEqual([]);
  expect((await again.restore({ snapshot: 'latest', to: place.out })).status).toBe('ok');
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});
