import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noise } from '../fixtures/content.ts';
import { createAt, newPlace, openAt } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

it('a machine that has seen a round of garbage collection notices that its records were taken away', async () => {
  const place = newPlace();
  buildTree(place.source, { a: noise(300_000, 'a') });
  const repository = await createAt(place);
  for (const content of ['one', 'two', 'three']) {
    buildTree(place.source, { b: noise(300_000, content) });
    await repository.backup({ paths: [place.source], name: content });
  }
  await repository.forget({ snapshots: ['one'] });
  await repository.prune(NOW);
  await repository.close();
  for (const folder of ['gc', 'history']) rmSync(join(place.store, folder), { recursive: true });
  await using again = await openAt(place);
  await expect(again.snapshots()).rejects.toMatchObject({
    code: 'REPOSITORY_CHANGED',
    message: expect.stringContaining('round 1') as unknown,
  });
  // Another machine can't know.
  await using elsewhere = await openAt(place, { cacheDirectory: join(place.folder, 'another cache') });
  expect((await elsewhere.snapshots()).length).toBeGreaterThan(0);
});
