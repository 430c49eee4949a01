import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Repository, RestorePlace } from '../../src/index.ts';
import { createAt, failureOf, newPlace } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const place = newPlace(afterAll);
let repository: Repository;

beforeAll(async () => {
  buildTree(place.source, { a: 'x' });
  repository = await createAt(place);
  await repository.backup({ paths: [place.source], name: 'good' });
});

/** A place that has something, and notes when it is gone back in. */
const noted = (calls: string[]): RestorePlace => ({
  name: 'shop',
  current: { paths: [place.source] },
  look: async () => await Promise.resolve({ state: null, isEmpty: false }),
  goBack: async () => {
    await Promise.resolve();
    calls.push('back');
  },
});

/** A restore that is given up after it has begun to replace what is there. */
async function givenUp(calls: string[]): Promise<string> {
  const ended = new AbortController();
  const restore = repository.restoreInto({
    snapshot: 'good',
    place: noted(calls),
    safetyBackup: false,
    signal: ended.signal,
    restore: ({ replacing }) => {
      replacing();
      ended.abort();
      return Promise.reject(ended.signal.reason as Error);
    },
  });
  await failureOf(restore);
  const [unfinished] = await repository.unfinishedRestores();
  expect(unfinished?.into?.name).toBe('shop');
  return unfinished?.id ?? '';
}

test('nobody goes back behind a restore that has saved nothing, and its note goes', async () => {
  const calls: string[] = [];
  const id = await givenUp(calls);
  expect(await failureOf(repository.rollBack(id, { place: noted(calls) }))).toMatchObject({ code: 'INVALID_OPTION' });
  expect([calls, await repository.unfinishedRestores()]).toEqual([[], []]);
});

test('a restore into the same place that succeeds ends what older ones have left', async () => {
  const calls: string[] = [];
  await givenUp(calls);
  await repository.restoreInto({
    snapshot: 'good',
    place: noted(calls),
    restore: async () => await Promise.resolve('done'),
  });
  expect([calls, await repository.unfinishedRestores()]).toEqual([[], []]);
});
