import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fsStore, StorageError } from '@x/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RepositoryEvent } from '../../src/repository/contract.ts';
import { createAt, newPlace, openAt, type Place } from '../fixtures/place.ts';
import { flipped } from '../fixtures/sealing.ts';
import { buildTree } from '../fixtures/tree.ts';

const NAMES = ['holdfast.json', 'config/000000000001', 'keys/ring/000000000002'];
const COPIES = ['holdfast-copy.json', 'config-copy/000000000001', 'keys/ring-copy/000000000002'];

/** A repository of two tenants, so that the keyring has an older record. */
const good = newPlace(afterAll);

beforeAll(async () => {
  buildTree(good.source, { a: 'a' });
  const repository = await createAt(good);
  await repository.backup({ paths: [good.source], tenant: 'other' });
  await repository.close();
});

function copy(): Place {
  const place = newPlace();
  for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(good[part], place[part], { recursive: true });
  return { ...place, source: good.source };
}

it.each(NAMES)('a bit flipped anywhere in %s does not keep the repository from being opened', async (name) => {
  const place = copy();
  const bytes = readFileSync(join(place.store, name));
  // Every field of the header and of a marker, and some of what is sealed.
  const places = new Set([
    ...Array.from({ length: 112 }, (_, at) => at),
    500,
    2000,
    bytes.length - 17,
    bytes.length - 1,
  ]);
  for (const at of places) {
    if (at >= bytes.length) continue;
    writeFileSync(join(place.store, name), flipped(bytes, at, at % 8));
    await using repository = await openAt(place);
    expect((await repository.info()).tenants, `byte ${at}`).toEqual(['default', 'other']);
  }
});

it.each([...NAMES, ...COPIES])(
  'when %s is gone or damaged, verify says so, and the next backup writes it again',
  async (name) => {
    for (const how of ['gone', 'damaged']) {
      const place = copy();
      const file = join(place.store, name);
      if (how === 'gone') rmSync(file);
      else writeFileSync(file, flipped(readFileSync(file), 60));
      const events: RepositoryEvent[] = [];
      await using repository = await openAt(place, { onEvent: (event) => events.push(event) });
      const { status, findings } = await repository.verify();
      expect({ status, findings }).toMatchObject({
        status: 'partial',
        findings: [{ code: 'redundancy', object: name, hint: 'The next backup writes it again.' }],
      });
      expect(await repository.backup({ paths: [place.source], dryRun: true })).toMatchObject({ status: 'ok' });
      expect(await repository.verify()).toMatchObject({ findings });
      await repository.backup({ paths: [place.source] });
      expect(events).toContainEqual(
        expect.objectContaining({ name: 'copies.restored', details: { objects: 1, names: name } }),
      );
      expect(await repository.verify()).toMatchObject({ status: 'ok', findings: [] });
    }
  },
);

it('a store that does not let them be written again does not fail a backup', async () => {
  const place = copy();
  rmSync(join(place.store, 'config/000000000001'));
  const inner = fsStore(place.store);
  await using repository = await openAt(place, {
    store: {
      ...inner,
      createIfAbsent: async (key, body, call) => {
        if (key.startsWith('config')) throw new StorageError('ACCESS_DENIED', 'no');
        return await inner.createIfAbsent(key, body, call);
      },
    },
  });
  expect(await repository.backup({ paths: [place.source] })).toMatchObject({ status: 'ok' });
  expect(await repository.verify()).toMatchObject({ status: 'partial', findings: [{ object: 'config/000000000001' }] });
});
