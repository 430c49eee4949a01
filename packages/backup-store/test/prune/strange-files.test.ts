import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace, openAt, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };
const AREAS = ['packs', 'index', 'sessions', 'commits', 'gc', 'history', 'forget'];

it.each(AREAS)('a file below %s that no program of ours has stored keeps nobody from pruning', async (area) => {
  const place = newPlace();
  buildTree(place.source, { a: noise(10_000, 'a') });
  await using repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  const label = filesBelow(join(place.store, 'packs'))[0]?.split('/')[0] as string;
  for (const name of ['.hidden', 'x/y', `${'0'.repeat(32)}/half of a copy`, '00000000/half', 'strange']) {
    const path = join(place.store, area, label, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'strange');
  }
  for (let times = 0; times < 2; times++) {
    await using again = await openAt(place);
    await again.backup({ paths: [place.source] });
    await again.forget({ snapshots: [(await again.snapshots())[0]?.id ?? ''] });
    expect((await again.prune(NOW)).status).toBe('ok');
  }
  await using last = await openAt(place);
  expect((await last.prune(NOW)).tenants.map(({ packsDeleted }) => packsDeleted)).toEqual([0]);
  expect((await last.planPrune(NOW)).tenants.map(({ worthwhile }) => worthwhile)).toEqual([false]);
  expect((await last.restore({ snapshot: 'latest', to: place.out })).status).toBe('ok');
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});
