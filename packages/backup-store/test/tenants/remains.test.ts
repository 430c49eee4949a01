import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Repository } from '../../src/repository/contract.ts';
import { isBackupError } from '../../src/errors.ts';
import { createAt, failureOf, newPlace, openAt } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };
const BY = { by: 'ann', reason: 'gone' };
const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

/** Something that somebody does to the tenants of a repository. */
type Deed =
  | { readonly do: 'add' | 'erase' | 'backup'; readonly name: Name }
  | { readonly do: 'share'; readonly name: Name; readonly with: Name }
  | { readonly do: 'prune' };

const name = fc.constantFrom(...NAMES);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constantFrom('add' as const, 'erase' as const, 'backup' as const), name }),
  fc.record({ do: fc.constant('share' as const), name, with: name }),
  fc.constant({ do: 'prune' as const }),
);

/** What may be refused: names that are taken or gone, and whoever is erased in the middle of something. */
const REFUSALS = [
  'INVALID_OPTION',
  'TENANT_EXISTS',
  'TENANT_ERASED',
  'TENANT_NOT_FOUND',
  'SESSION_FENCED',
  'OBJECT_MISSING',
  'PRUNE_REFUSED',
];

async function carryOut(repository: Repository, source: string, what: Deed): Promise<void> {
  try {
    if (what.do === 'add') await repository.tenants.add(what.name);
    else if (what.do === 'share') await repository.tenants.add(what.name, { sharesWith: what.with });
    else if (what.do === 'erase') await repository.tenants.erase(what.name, BY);
    else if (what.do === 'prune') await repository.prune(NOW);
    else await repository.tenant(what.name).backup({ paths: [source] });
  } catch (error) {
    if (!REFUSALS.some((code) => isBackupError(error, code as 'INVALID_OPTION'))) throw error;
  }
}

const RUNS = process.env['HOLDFAST_THOROUGH'] === '1' ? 60 : 6;

test('a prune beside whoever adds, shares, erases and backs up takes nothing of a tenant that is there', async () => {
  const moments = fc.array(fc.tuple(deed, deed, deed), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(moments, async (list) => {
      const place = newPlace(() => undefined);
      buildTree(place.source, { file: 'the same for all' });
      await using one = await createAt(place);
      await using two = await openAt(place);
      for (const each of NAMES) await one.tenants.add(each, each === 'a' ? {} : { sharesWith: 'a' });
      await one.tenant('a').backup({ paths: [place.source] });
      for (const [first, second, third] of list) {
        // All at the same time; the second opener's keyring is as old as what it did last.
        const deeds = [carryOut(one, place.source, first), carryOut(two, place.source, second)];
        await Promise.all([...deeds, carryOut(one, place.source, third)]);
      }
      await one.prune(NOW);
      expect(await two.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
      rmSync(place.folder, { recursive: true, force: true });
    }),
    { numRuns: RUNS, seed: 7 },
  );
});

test('nobody comes to share the keys of a tenant that is gone, so a label without a tenant stays without one', async () => {
  const place = newPlace();
  buildTree(place.source, { file: 'x' });
  await using one = await createAt(place);
  await using late = await openAt(place);
  await one.tenants.add('a');
  await one.tenant('a').backup({ paths: [place.source] });
  // Knows of it as it was before.
  await late.tenants.show('a');
  await one.tenants.erase('a', BY);
  expect(await failureOf(late.tenants.add('b', { sharesWith: 'a' }))).toMatchObject({ name: 'BackupError' });
  const [{ packsDeleted } = { packsDeleted: 0 }] = (await late.prune(NOW)).tenants.filter(
    ({ tenant }) => tenant === 'a',
  );
  expect(packsDeleted).toBeGreaterThan(0);
});
