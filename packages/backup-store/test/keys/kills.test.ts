import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runActor } from '../fixtures/actor.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { killAtEachState } from '../fixtures/kills.ts';
import { createAt, filesBelow, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

/** A repository with a snapshot, a key file and a second key. Each test works on copies. */
const made = newPlace(afterAll);
const second = (place: Place): string => join(place.folder, 'second key');
const third = (place: Place): string => join(place.folder, 'third key');
let secondId = '';

beforeAll(async () => {
  buildTree(made.source, { a: 'a', folder: { b: 'b' } });
  await using repository = await createAt(made);
  await repository.backup({ paths: [made.source] });
  secondId = (await repository.keys.add({ keyFile: second(made) })).key.id;
});

function copyOfMade(): Place {
  const copy = newPlace();
  for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(made[part], copy[part], { recursive: true });
  cpSync(second(made), second(copy));
  return { ...copy, source: made.source };
}

async function opens(place: Place, keyFile: string): Promise<boolean> {
  if (!existsSync(keyFile)) return false;
  try {
    await (await openAt(place, { unlock: { keyFile } })).close();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'WRONG_KEY' });
    return false;
  }
}

/** The change counts in full or not at all; all else works; and the next change clears away what was left. */
async function expectHealthy(place: Place, role: string, at: string): Promise<void> {
  const works = [await opens(place, second(place)), await opens(place, third(place))];
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'add-key': ['true,false', 'true,true'],
    'remove-key': ['true,false', 'false,false'],
    'rotate-key': ['true,false', 'false,true'],
    'rotate-root': ['true,false'],
  };
  expect(allowed[role], at).toContain(works.join());
  await using repository = await openAt(place);
  expect(
    (await repository.verify({ level: 'full' })).findings.filter(({ code }) => code !== 'redundancy'),
    at,
  ).toEqual([]);
  await repository.backup({ paths: [place.source] });
  await repository.keys.rotateRoot();
  const keys = await repository.keys.list();
  expect(keys, at).toHaveLength(1 + works.filter(Boolean).length);
  expect(filesBelow(join(place.store, 'keys/slots')), at).toEqual(keys.map(({ id }) => id).toSorted());
  for (const [i, keyFile] of [second(place), third(place)].entries())
    expect(await opens(place, keyFile), at).toBe(works[i]);
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(compareTrees(place.source, restored(place)), at).toEqual([]);
}

test.each(['add-key', 'remove-key', 'rotate-key', 'rotate-root'] as const)(
  '%s that is killed at any of its calls to the store has happened or has not, and nothing is left of it after the next change',
  { timeout: 240_000 },
  async (role) => {
    const states = await killAtEachState({
      copy: copyOfMade,
      run: async (place, killAtState) =>
        await runActor(place, { role, key: secondId, newKeyFile: third(place), killAtState }),
      look: async (place, killAtState) => await expectHealthy(place, role, `${role} killed at state ${killAtState}`),
    });
    // Killed before it changed anything, and after.
    expect(states).toBeGreaterThan(2);
  },
);
