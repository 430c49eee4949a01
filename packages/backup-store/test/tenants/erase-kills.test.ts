import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runActor } from '../fixtures/actor.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { killAtEachState } from '../fixtures/kills.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

/** A repository with tenants a and b and an open session of a's. Each test works on copies. */
const made = newPlace(afterAll);
const keysAt = (place: Place): string => join(place.folder, 'keys of tenants');

beforeAll(async () => {
  buildTree(made.source, { a: 'a', folder: { b: 'b' } });
  await using repository = await createAt(made, { keyStore: keysAt(made) });
  for (const name of ['a', 'b']) {
    await repository.tenants.add(name);
    await repository.tenant(name).backup({ paths: [made.source] });
  }
});

function copyOfMade(): Place {
  const copy = newPlace();
  for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(made[part], copy[part], { recursive: true });
  cpSync(keysAt(made), keysAt(copy), { recursive: true });
  return { ...copy, source: made.source };
}

/** Before the first record the tenant is whole; after it nobody uses it; and the next call ends what was begun. */
async function expectSound(place: Place, at: string): Promise<string> {
  await using repository = await openAt(place, { keyStore: keysAt(place) });
  const { status } = await repository.tenants.show('a');
  if (status === 'active') expect(await repository.tenant('a').snapshots(), at).toHaveLength(1);
  else expect(await failureOf(repository.tenant('a').snapshots()), at).toMatchObject({ code: 'TENANT_ERASED' });
  const { statement } = await repository.tenants.erase('a', { by: 'ann', reason: 'again' });
  expect(statement, at).toMatchObject({
    readable: false,
    keys: 'destroyed',
    by: status === 'active' ? 'ann' : 'actor',
  });
  const rows = ['keys/ring', 'keys/ring-copy'].map((row) => filesBelow(join(keysAt(place), row)));
  // All numbers are taken, nothing else is there, and both rows end with the record in force.
  expect(rows[0], at).toEqual(rows[1]);
  expect(
    rows[0]?.every((name) => /^\d{12}$/.test(name)),
    at,
  ).toBe(true);
  await repository.prune({ waitMs: 0, fenceAfterMs: 0 });
  expect(
    filesBelow(place.store).filter((name) => name.includes(statement.tenant.id)),
    at,
  ).toEqual([]);
  await repository.tenant('b').restore({ snapshot: 'latest', to: place.out });
  expect(compareTrees(place.source, restored(place)), at).toEqual([]);
  expect(await repository.verify({ level: 'full' }), at).toMatchObject({ findings: [] });
  return status;
}

test(
  'an erasure that is killed at any of its calls to a store is gone on with by the next, and nobody uses the tenant in between',
  { timeout: 240_000 },
  async () => {
    const seen = new Set<string>();
    const states = await killAtEachState({
      copy: copyOfMade,
      run: async (place, killAtState) =>
        await runActor(place, { role: 'erase-tenant', tenant: 'a', keyStore: keysAt(place), killAtState }),
      look: async (place, killAtState) => void seen.add(await expectSound(place, `killed at state ${killAtState}`)),
    });
    expect(seen).toEqual(new Set(['active', 'erasing', 'erased']));
    expect(states).toBeGreaterThan(8);
  },
);
