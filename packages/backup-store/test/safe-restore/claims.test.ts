import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownHolder } from '../../src/run/holder.ts';
import { RestoreClaims } from '../../src/safe-restore/claims.ts';
import { RestoreJournal } from '../../src/safe-restore/journal.ts';
import { failureOf, filesBelow, tempFolder } from '../fixtures/place.ts';

const PLACE = { name: 'shop', roots: [] };

/** A cache folder in which somebody restores. */
function cacheFolder(): { readonly cache: string; readonly restores: string } {
  const cache = tempFolder();
  const restores = join(cache, 'restores');
  mkdirSync(restores);
  return { cache, restores };
}

test('a claim that can not be read keeps others away, and stays', async () => {
  const { cache, restores } = cacheFolder();
  // Whoever may read all files can't read a folder as one, either.
  mkdirSync(join(restores, '1.claim/x'), { recursive: true });
  const claims = new RestoreClaims(cache);
  for (const as of ['restore', 'return'] as const) {
    const busy = expect.objectContaining({ code: 'ROLLBACK_BUSY', hint: expect.stringContaining('read') as string });
    expect(await failureOf(claims.take(PLACE, as))).toEqual(busy);
  }
  // Nor is the right to look left behind.
  expect([filesBelow(restores), existsSync(join(restores, '1.claim/x'))]).toEqual([[], true]);
});

test('a claim of the version before, without a place, is of any place, and ends with its process', async () => {
  const { cache, restores } = cacheFolder();
  const { pid, startedMs, host } = ownHolder();
  const claims = new RestoreClaims(cache);
  const old = (startedOn: number): void =>
    writeFileSync(join(restores, 'old.claim'), JSON.stringify({ pid, startedMs: startedOn, host }));
  old(startedMs);
  expect(await failureOf(claims.take(PLACE, 'restore'))).toMatchObject({ code: 'ROLLBACK_BUSY' });
  old(1);
  await using _ = await claims.take(PLACE, 'restore');
  expect(filesBelow(restores)).toEqual([expect.stringMatching(/^[0-9a-f]{16}\.claim$/)]);
});

test('a restore whose note can not be read counts as half done, so that no service is started with what it has left', async () => {
  const { cache, restores } = cacheFolder();
  writeFileSync(join(restores, '1.restore'), 'torn');
  const journal = new RestoreJournal(cache);
  expect([await journal.step('1'), await journal.step('2')]).toEqual(['restore', undefined]);
});
