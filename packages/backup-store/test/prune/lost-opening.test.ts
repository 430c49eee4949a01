import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fsStore, withFaults } from '@x/storage';
import { expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;

it('a round whose opening is lost is not opened again before the backups that knew of it have ended', async () => {
  const place = newPlace();
  buildTree(place.source, { changing: noise(300_000, 1) });
  await using repository = await createAt(place);
  await repository.backup({ paths: [place.source], name: 'first' });
  buildTree(place.source, { changing: noise(300_000, 2), large: noise(40 * MiB, 'large') });
  await repository.backup({ paths: [place.source], exclude: ['large'] });
  await repository.forget({ snapshots: ['first'] });
  const undecided = withFaults(fsStore(place.store), {
    decide: ({ call, key }) =>
      call === 'createIfAbsent' && key.endsWith('/decision') ? { kind: 'error-before' } : undefined,
  });
  await using keeper = await openAt(place, { store: undecided });
  expect((await failureOf(keeper.prune({ waitMs: 0, fenceAfterMs: 0 }))).code).toBe('UNAVAILABLE');
  // A backup that began while the round was open, and is to go on later.
  const controller = new AbortController();
  const endingAtItsFirstPack = withFaults(fsStore(place.store), {
    decide: ({ call, key }) => {
      if (call === 'createIfAbsent' && key.startsWith('packs/')) controller.abort();
      return undefined;
    },
  });
  await using writer = await openAt(place, { store: endingAtItsFirstPack });
  const packs = (): number => filesBelow(place.store).filter((name) => name.startsWith('packs/')).length;
  const before = packs();
  const ended = writer.backup({ paths: [place.source], signal: controller.signal });
  expect((await failureOf(ended)).code).toBe('ABORTED');
  expect(packs()).toBeGreaterThan(before);
  const [opening] = filesBelow(place.store).filter((name) => name.endsWith('00000001/open'));
  rmSync(join(place.store, opening as string));
  const { status, tenants } = await repository.prune({ waitMs: 0, fenceAfterMs: 600_000 });
  expect([status, tenants[0]?.waitsFor.length]).toEqual(['partial', 1]);
  expect((await repository.prune({ waitMs: 0, fenceAfterMs: 0 })).status).toBe('ok');
  const { snapshot } = await repository.backup({ paths: [place.source] });
  await repository.restore({ snapshot: snapshot?.id ?? '', to: place.out });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
  expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
});
