import { expect, it } from 'vitest';
import { noise } from '../fixtures/content.ts';
import { flipIn, objectsBelow } from '../fixtures/damage.ts';
import { createAt, newPlace, openAt } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

it.each([0, 1])('damage of tenant %i keeps no other tenant from being pruned', async (damaged) => {
  const place = newPlace();
  await using repository = await createAt(place);
  const tenants = ['default', 'other'];
  for (const tenant of tenants) {
    for (const name of ['a', 'b']) {
      buildTree(place.source, { [name]: noise(300_000, name + tenant) });
      await repository.backup({ paths: [place.source], tenant });
    }
  }
  const snapshots = await repository.snapshots();
  for (const tenant of tenants) {
    const first = snapshots.find((each) => each.tenant.name === tenant)?.id ?? '';
    await repository.forget({ snapshots: [first] });
  }
  const label = snapshots.find((each) => each.tenant.name === tenants[damaged])?.tenant.id ?? '';
  const last = snapshots.findLast((each) => each.tenant.id === label)?.id ?? '';
  flipIn(place, objectsBelow(place, `commits/${label}`).find(({ name }) => name.endsWith(last))?.name ?? '', 200);
  await using again = await openAt(place);
  await expect(again.prune(NOW)).rejects.toMatchObject({ code: 'PRUNE_REFUSED' });
  const tenant = tenants[1 - damaged] as string;
  expect((await again.planPrune({ ...NOW, tenant })).tenants.map(({ worthwhile }) => worthwhile)).toEqual([false]);
});
