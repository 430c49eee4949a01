import { memoryStore, type ObjectStore, readObject } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { createConfig, readConfig } from '../../src/identity/config.ts';
import { createMarker, readMarker } from '../../src/identity/marker.ts';
import { RootObjects } from '../../src/identity/root-objects.ts';
import { Keyring } from '../../src/keyring/keyring.ts';
import { noise } from '../fixtures/content.ts';
import { failureOf } from '../fixtures/place.ts';
import { flipped, REPOSITORY_ID, sealedStore } from '../fixtures/sealing.ts';

const rootKey = noise(32, 'root key');
const AT = '2026-01-02T03:04:05.000Z';
const PAIRS = [
  ['holdfast.json', 'holdfast-copy.json'],
  ['config/000000000001', 'config-copy/000000000001'],
  ['keys/ring/000000000001', 'keys/ring-copy/000000000001'],
] as const;

async function made(): Promise<ObjectStore> {
  const store = memoryStore();
  await createMarker(store, REPOSITORY_ID);
  await createConfig(sealedStore(store), rootKey, { encrypted: true, createdAt: AT });
  await new Keyring(sealedStore(store), rootKey).findOrAdd('default', AT);
  return store;
}

const rootObjects = (store: ObjectStore): RootObjects => new RootObjects(sealedStore(store), rootKey);

async function expectOpens(store: ObjectStore): Promise<void> {
  expect((await readMarker(store)).id).toBe(REPOSITORY_ID);
  expect(await readConfig(sealedStore(store), rootKey)).toMatchObject({ encrypted: true });
  const keyring = new Keyring(sealedStore(store), rootKey);
  await keyring.load();
  expect(keyring.find('default')).toBeDefined();
}

describe('marker, configuration and keyring', () => {
  test('are all there twice, and well', async () => {
    const store = await made();
    for (const name of PAIRS.flat()) expect(await store.stat(name)).toBeDefined();
    expect(await rootObjects(store).flaws()).toEqual([]);
    expect(await rootObjects(store).restore()).toEqual([]);
  });

  test.each(PAIRS.flat())('%s can be damaged or go without a loss, and is made again', async (name) => {
    const store = await made();
    for (const how of ['damaged', 'gone']) {
      const good = await readObject(store, name);
      await store.delete(name);
      if (how === 'damaged') await store.put(name, flipped(good, 30));
      await expectOpens(store);
      expect((await rootObjects(store).flaws()).map((flaw) => flaw.name)).toEqual([name]);
      expect(await rootObjects(store).restore()).toEqual([name]);
      expect(await rootObjects(store).flaws()).toEqual([]);
      await expectOpens(store);
    }
  });

  test('a bit flipped at any byte of the marker costs nothing', async () => {
    const store = await made();
    const good = await readObject(store, 'holdfast.json');
    for (let at = 0; at < good.length; at++) {
      await store.put('holdfast.json', flipped(good, at, at % 8));
      expect((await readMarker(store)).id).toBe(REPOSITORY_ID);
      expect(await rootObjects(store).flaws(), `byte ${at}`).toMatchObject([{ name: 'holdfast.json' }]);
    }
  });

  test('where nothing is left of a pair, nothing is made up', async () => {
    const store = await made();
    for (const name of PAIRS[2]) await store.put(name, flipped(await readObject(store, name), 100));
    expect(await rootObjects(store).restore()).toEqual([]);
    expect(await rootObjects(store).flaws()).toHaveLength(2);
  });

  test('a marker that is damaged with its copy says where its id can be found', async () => {
    const store = await made();
    for (const name of PAIRS[0]) await store.put(name, Buffer.from('noise'));
    expect(await failureOf(readMarker(store))).toMatchObject({
      code: 'OBJECT_DAMAGED',
      object: 'holdfast.json',
      hint: expect.stringContaining('key file'),
    });
    await store.delete('holdfast.json');
    expect(await failureOf(readMarker(store))).toMatchObject({ code: 'OBJECT_DAMAGED', object: 'holdfast-copy.json' });
  });

  test('a place that has only the copy of a marker is no free place', async () => {
    const store = await made();
    await store.delete('holdfast.json');
    expect(await failureOf(createMarker(store, 'ff'.repeat(16)))).toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});
