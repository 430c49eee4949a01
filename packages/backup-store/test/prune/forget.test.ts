import { describe, expect, it } from 'vitest';
import { failureOf, newPlace, openAt, readObjects } from '../fixtures/place.ts';
import { agedCopies, idOfSnapshot } from './aged.ts';

const age = agedCopies();

describe('forgetting', () => {
  it.each([
    ['its id', (id: string) => id],
    ['the beginning of its id', (id: string) => id.slice(0, 8)],
    ['its name', () => 'two'],
  ] as const)('a snapshot by %s takes it out of every list at once, and frees nothing yet', async (_, refer) => {
    const place = newPlace();
    await using repository = await age(place);
    await using other = await openAt(place);
    const id = await idOfSnapshot(repository, 'two');
    const before = readObjects(place.store);
    const result = await repository.forget({ snapshots: [refer(id)] });
    expect(result).toMatchObject({ forgotten: [{ id, name: 'two' }], givenUp: [] });
    for (const each of [repository, other]) {
      expect((await each.snapshots()).map(({ name }) => name)).toEqual(['one', 'three']);
      expect(await failureOf(each.snapshot(id))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
      expect(await failureOf(each.restore({ snapshot: 'two', to: place.out }))).toMatchObject({
        code: 'SNAPSHOT_NOT_FOUND',
      });
      expect(await each.damaged()).toEqual([]);
    }
    const after = readObjects(place.store);
    expect([...after.keys()].filter((name) => !before.has(name))).toEqual([expect.stringMatching(`^forget/.*/${id}$`)]);
    expect([...before.keys()].filter((name) => !after.has(name))).toEqual([]);
  });

  it('a snapshot that is not there fails before any other is forgotten', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const id = await idOfSnapshot(repository, 'two');
    const before = readObjects(place.store);
    for (const unknown of ['f'.repeat(32), 'no such name']) {
      const error = await failureOf(repository.forget({ snapshots: [id, unknown] }));
      expect(error).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    }
    expect(await failureOf(repository.forget({ snapshots: [] }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(readObjects(place.store)).toEqual(before);
  });

  it('one that is forgotten already is not found', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const id = await idOfSnapshot(repository, 'two');
    await repository.forget({ snapshots: [id] });
    expect(await failureOf(repository.forget({ snapshots: [id] }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  });

  it('as a rehearsal says what would be forgotten, and changes nothing', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const before = readObjects(place.store);
    const result = await repository.forget({ snapshots: ['one', 'latest'], dryRun: true });
    expect(result.forgotten.map(({ name }) => name)).toEqual(['one', 'three']);
    expect(readObjects(place.store)).toEqual(before);
  });

  it('the newest makes the one before it the latest', async () => {
    const place = newPlace();
    await using repository = await age(place);
    await repository.forget({ snapshots: ['latest'] });
    expect((await repository.snapshot('latest')).name).toBe('two');
  });
});
