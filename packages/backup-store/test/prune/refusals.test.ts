// A prune that can't know what snapshots need deletes nothing.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Repository } from '../../src/repository/contract.ts';
import { failureOf, newPlace, openAt, type Place, readObjects } from '../fixtures/place.ts';
import { flipped } from '../fixtures/sealing.ts';
import { type Age, agedCopies, expectWell, idOfSnapshot, NOW, packsOf } from './aged.ts';

const age = agedCopies();

function damage(place: Place, name: string, at = 500): void {
  const path = join(place.store, name);
  writeFileSync(path, flipped(readFileSync(path), at));
}

const nameOf = (place: Place, fits: (name: string) => boolean): string => {
  const found = [...readObjects(place.store).keys()].find(fits);
  if (found === undefined) throw new Error('Expected such an object, got none');
  return found;
};

/** The pack of a snapshot that holds its catalog: the smallest one. */
function catalogPack(place: Place, id: string): string {
  const packs = [...packsOf(place)].filter(([name]) => name.includes(id)).toSorted(([, a], [, b]) => a - b);
  return (packs[0] as [string, number])[0];
}

/** The repository as another process sees it, which has read nothing yet. */
async function agedAndDamaged(place: Place, harm: (ids: Readonly<Record<Age, string>>) => void): Promise<Repository> {
  const repository = await age(place);
  const ids = {
    one: await idOfSnapshot(repository, 'one'),
    two: await idOfSnapshot(repository, 'two'),
    three: await idOfSnapshot(repository, 'three'),
  };
  await repository.close();
  harm(ids);
  return await openAt(place);
}

async function expectRefusal(place: Place, repository: Repository): Promise<Awaited<ReturnType<typeof failureOf>>> {
  const before = readObjects(place.store);
  expect(await failureOf(repository.planPrune(NOW))).toMatchObject({ code: 'PRUNE_REFUSED' });
  const error = await failureOf(repository.prune(NOW));
  expect(error).toMatchObject({
    code: 'PRUNE_REFUSED',
    hint: expect.stringContaining('Nothing was deleted') as unknown,
  });
  expect(readObjects(place.store)).toEqual(before);
  return error;
}

const commitOf = (place: Place, id: string): string =>
  nameOf(place, (name) => name.startsWith('commits/') && name.endsWith(id));

describe('a prune deletes nothing', () => {
  it('when a page of a catalog can’t be read, until its snapshot is forgotten', async () => {
    const place = newPlace();
    let [pack, id] = ['', ''];
    await using repository = await agedAndDamaged(place, ({ two }) =>
      damage(place, (pack = catalogPack(place, (id = two)))),
    );
    await repository.forget({ snapshots: ['one'] });
    expect(await expectRefusal(place, repository)).toMatchObject({ object: pack, details: [id] });
    await repository.forget({ snapshots: ['two'] });
    await repository.prune(NOW);
    await expectWell(place, ['three']);
  });

  it('when a pack is gone that a snapshot needs', async () => {
    const place = newPlace();
    await using repository = await agedAndDamaged(place, ({ two }) => {
      const page = catalogPack(place, two);
      rmSync(
        join(
          place.store,
          nameOf(place, (name) => name.startsWith('packs/') && name.includes(two) && name !== page),
        ),
      );
    });
    await repository.forget({ snapshots: ['one'] });
    expect((await expectRefusal(place, repository)).message).toContain('a pack that is gone');
  });

  it('when a commit is damaged, until that snapshot is forgotten', async () => {
    const place = newPlace();
    let id = '';
    await using repository = await agedAndDamaged(place, ({ two }) => damage(place, commitOf(place, (id = two))));
    expect(await expectRefusal(place, repository)).toMatchObject({ object: commitOf(place, id) });
    expect(await repository.forget({ snapshots: [id] })).toEqual({ forgotten: [], givenUp: [id], kept: [] });
    await repository.prune(NOW);
    expect([...packsOf(place).keys()].filter((name) => name.includes(id))).toEqual([]);
    await expectWell(place, ['one', 'three']);
  });

  it('when a commit is damaged whose data others need, even if its snapshot is forgotten', async () => {
    const place = newPlace();
    let id = '';
    await using repository = await agedAndDamaged(place, ({ one }) => damage(place, commitOf(place, (id = one))));
    await repository.forget({ snapshots: [id] });
    await expectRefusal(place, repository);
  });

  it('when an index segment is damaged, until the index is built anew', async () => {
    const place = newPlace();
    let segment = '';
    await using repository = await agedAndDamaged(place, () =>
      damage(place, (segment = nameOf(place, (name) => name.startsWith('index/')))),
    );
    await repository.forget({ snapshots: ['one'] });
    expect(await expectRefusal(place, repository)).toMatchObject({ object: segment });
    await repository.rebuildIndex();
    await repository.prune(NOW);
    await expectWell(place, ['two', 'three']);
  });

  it('when a snapshot was taken away, until it is given up', async () => {
    const place = newPlace();
    let id = '';
    await using repository = await agedAndDamaged(place, ({ two }) =>
      rmSync(join(place.store, commitOf(place, (id = two)))),
    );
    expect(await expectRefusal(place, repository)).toMatchObject({ object: id });
    expect(await repository.forget({ snapshots: [id] })).toEqual({ forgotten: [], givenUp: [id], kept: [] });
    await repository.prune(NOW);
    await expectWell(place, ['one', 'three']);
  });

  it('when a forget marker is damaged', async () => {
    const place = newPlace();
    const repository = await age(place);
    await repository.forget({ snapshots: ['two'] });
    await repository.close();
    damage(
      place,
      nameOf(place, (name) => name.startsWith('forget/')),
    );
    await using again = await openAt(place);
    await expectRefusal(place, again);
  });
});
