import { cpSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { runActor } from '../fixtures/actor.ts';
import { killAtEachState } from '../fixtures/kills.ts';
import { createAt, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

/** Three snapshots, of which the first two are alike; then the source changes once more. Each test works on copies. */
const made = newPlace(afterAll);
let first = '';

beforeAll(async () => {
  buildTree(made.source, { a: noise(200_000, 'a'), b: noise(300_000, 'b'), folder: { c: 'c' } });
  await using repository = await createAt(made);
  first = (await repository.backup({ paths: [made.source] })).snapshot?.id ?? '';
  buildTree(made.source, { b: noise(300_000, 'another b'), d: noise(50_000, 'd') });
  await repository.backup({ paths: [made.source] });
  buildTree(made.source, { e: noise(150_000, 'e') });
});

/** A copy of a repository and of the cache beside it, with the same source. */
function copyOf(place: Place): Place {
  const copy = newPlace();
  for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(place[part], copy[part], { recursive: true });
  return { ...copy, source: place.source };
}

/** Everything committed is whole, a further backup works, and a prune leaves nothing that nobody needs. */
async function expectHealthy(place: Place, at: string): Promise<void> {
  await using repository = await openAt(place);
  const before = await repository.verify({ level: 'structure' });
  expect(
    before.findings.filter(({ code }) => code !== 'unindexed' && code !== 'redundancy'),
    at,
  ).toEqual([]);
  const { snapshot, status } = await repository.backup({ paths: [place.source] });
  expect(status, at).toBe('ok');
  expect((await repository.prune(NOW)).status, at).toBe('ok');
  expect((await repository.verify({ level: 'full' })).findings, at).toEqual([]);
  expect(
    (await repository.planPrune(NOW)).tenants.map(({ worthwhile }) => worthwhile),
    at,
  ).toEqual([false]);
  await repository.restore({ snapshot: snapshot?.id ?? '', to: place.out });
  expect(compareTrees(place.source, restored(place)), at).toEqual([]);
}

test.each(['backup', 'forget', 'prune'] as const)(
  'a %s that is killed at any of its calls to the store loses nothing, and what it leaves goes with the next prune',
  { timeout: 600_000 },
  async (role) => {
    const prepared = copyOf(made);
    if (role === 'prune') {
      await using repository = await openAt(prepared);
      await repository.forget({ snapshots: [first] });
    }
    const states = await killAtEachState({
      copy: () => copyOf(prepared),
      run: async (place, killAtState) => await runActor(place, { role, snapshots: [first], killAtState }),
      look: async (place, killAtState) => await expectHealthy(place, `${role} killed at state ${killAtState}`),
    });
    // Killed before it changed anything, and after.
    expect(states).toBeGreaterThan(2);
  },
);

test('a backup that is killed at nine tenths sends at most a tenth again', { timeout: 240_000 }, async () => {
  const place = newPlace();
  // A tenth of it is more than the packs that are on their way at a time.
  const total = 400_000_000;
  buildTree(place.source, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, noise(total / 100, i)])));
  await (await createAt(place)).close();
  expect(await runActor(place, { role: 'backup', killAtBytes: total * 0.9 })).toBe(true);
  await using repository = await openAt(place);
  const again = await repository.backup({ paths: [place.source] });
  expect(again.status).toBe('ok');
  // What had not been sent, and a tenth.
  expect(again.counts.bytesStored).toBeLessThanOrEqual(total * 0.2);
  expect((await repository.verify({ level: 'structure' })).findings.filter(({ code }) => code !== 'unindexed')).toEqual(
    [],
  );
});
