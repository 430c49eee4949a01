import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noise } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace, openAt, type Place } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const everything = { snapshot: 'latest', inPlace: true, overwrite: 'always', delete: true } as const;

/** A place with its repository and caches below the source. */
function inside(place: Place, folder: string): Place {
  return { ...place, store: join(place.source, folder, 'repository'), cache: join(place.source, folder, 'cache') };
}

describe('a restore that deletes what the snapshot lacks', () => {
  it('leaves the repository it reads from, its cache, and the folders above them', async () => {
    const place = inside(newPlace(), 'new/folder');
    buildTree(place.source, { kept: 'kept' });
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source], exclude: ['/new'] });
    writeFileSync(join(place.source, 'extra'), 'extra');
    const plan = await repository.planRestore(everything);
    expect(plan.actions.filter(({ action }) => action === 'delete').map(({ path }) => path)).toEqual([
      join(place.source, 'extra'),
    ]);
    expect(await repository.restore(everything)).toMatchObject({ status: 'ok', entriesDeleted: 1 });
    expect(existsSync(join(place.source, 'extra'))).toBe(false);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    expect(existsSync(place.cache)).toBe(true);
  });

  it('leaves them also when they are reached through a link', async () => {
    const place = newPlace();
    buildTree(place.source, { kept: 'kept' });
    symlinkSync(place.source, join(place.folder, 'link'));
    const repository = await createAt({ ...place, store: join(place.folder, 'link', 'repository') });
    await repository.backup({ paths: [place.source] });
    expect(await repository.restore(everything)).toMatchObject({ status: 'ok', entriesDeleted: 0 });
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  it('does not put a file in the place of the folder that they are in', async () => {
    const place = newPlace();
    buildTree(place.source, { taken: 'a file' });
    const before = await createAt(place);
    await before.backup({ paths: [place.source] });
    await before.close();
    rmSync(join(place.source, 'taken'));
    mkdirSync(join(place.source, 'taken'));
    const moved = { ...place, store: join(place.source, 'taken', 'repository') };
    renameSync(place.store, moved.store);
    const repository = await openAt(moved);
    expect(await repository.restore(everything)).toMatchObject({ status: 'ok', entriesDeleted: 0, filesWritten: 0 });
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  it('removes nothing for a source that was backed up with problems, and says why', async () => {
    const place = newPlace();
    // An ignore file that is a folder can't be read, whoever tries.
    buildTree(place.source, { '.holdfastignore': {}, kept: 'kept' });
    const repository = await createAt(place);
    expect(await repository.backup({ paths: [place.source] })).toMatchObject({ status: 'partial' });
    writeFileSync(join(place.source, 'missed'), 'only here');
    const plan = await repository.planRestore(everything);
    expect(plan.actions.find(({ path }) => path.endsWith('missed'))).toMatchObject({
      action: 'keep',
      reason: 'the snapshot is partial: this may be what could not be read',
    });
    expect(await repository.restore(everything)).toMatchObject({ status: 'ok', entriesDeleted: 0 });
    expect(readFileSync(join(place.source, 'missed'), 'utf8')).toBe('only here');
  });

  it('removes nothing when something could not be restored', async () => {
    const place = newPlace();
    buildTree(place.source, { before: noise(400_000, 'renamed') });
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    renameSync(join(place.source, 'before'), join(place.source, 'after'));
    for (const name of filesBelow(join(place.store, 'packs'))) {
      const pack = join(place.store, 'packs', name);
      if (statSync(pack).size > 300_000) truncateSync(pack, 100_000);
    }
    expect(await repository.restore(everything)).toMatchObject({ entriesDeleted: 0, entriesKept: 1 });
    expect(existsSync(join(place.source, 'after'))).toBe(true);
  });

  it('removes nothing that its patterns leave out', async () => {
    const place = newPlace();
    buildTree(place.source, { kept: 'kept' });
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    buildTree(place.source, { 'a.log': 'log', mine: { file: 'mine' }, extra: 'extra' });
    const result = await repository.restore({ ...everything, exclude: ['*.log', 'mine'] });
    expect(result).toMatchObject({ status: 'ok', entriesDeleted: 1 });
    expect(filesBelow(place.source)).toEqual(['a.log', 'kept', 'mine/file']);
  });
});
