import { memoryStore, withFaults } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { KIND } from '../../src/envelope/header.ts';
import { newRepositoryId, readStored, type Seal } from '../../src/envelope/sealed-store.ts';
import { noise } from '../fixtures/content.ts';
import { failureOf } from '../fixtures/place.ts';
import { sealedStore, SUBKEY, tenantOf } from '../fixtures/sealing.ts';

const seal: Seal = { kind: KIND.session, subkey: SUBKEY, label: tenantOf().labelBytes };
const content = noise(1000, 1);

describe('sealed objects in a store', () => {
  test('an object is created once, and the one that was there first stays', async () => {
    const sealed = sealedStore();
    expect(await sealed.create('sessions/a', seal, content)).toBe(4096);
    expect(await sealed.create('sessions/a', seal, Buffer.from('other'))).toBeUndefined();
    expect((await sealed.read('sessions/a', seal)).equals(content)).toBe(true);
  });

  test('one that is not there is missing by name', async () => {
    expect(await failureOf(sealedStore().read('sessions/a', seal))).toMatchObject({
      code: 'OBJECT_MISSING',
      object: 'sessions/a',
    });
  });

  test('objects of two names, swapped in the store, are noticed', async () => {
    const store = memoryStore();
    const sealed = sealedStore(store);
    await store.createIfAbsent('sessions/b', sealed.seal('sessions/a', seal, content));
    expect(await failureOf(sealed.read('sessions/b', seal))).toMatchObject({
      code: 'OBJECT_DAMAGED',
      object: 'sessions/b',
    });
  });

  test('an object of the whole repository and one of a tenant do not open as each other', async () => {
    const sealed = sealedStore();
    const { label: _, ...ofAll } = seal;
    await sealed.create('config/1', ofAll, content);
    expect((await sealed.read('config/1', ofAll)).equals(content)).toBe(true);
    expect((await failureOf(sealed.read('config/1', seal))).code).toBe('OBJECT_DAMAGED');
  });

  test('errors of the store that say nothing of the object stay as they are', async () => {
    const store = withFaults(memoryStore(), { decide: () => ({ kind: 'error-before' }) });
    expect(await failureOf(sealedStore(store).read('sessions/a', seal))).toMatchObject({
      name: 'StorageError',
      code: 'UNAVAILABLE',
    });
  });

  test('ids of repositories are 32 hex digits and never the same', () => {
    const ids = Array.from({ length: 100 }, newRepositoryId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('reading stored bytes', () => {
  const store = memoryStore();

  test.each([
    ['whole', undefined, 100],
    ['in part', { start: 10, end: 20 }, 10],
    ['to its end', { start: 90, end: 100 }, 10],
  ])('an object is read %s', async (_, range, length) => {
    await store.createIfAbsent('some', noise(100, 1));
    expect(await readStored(store, 'some', { range })).toHaveLength(length);
  });

  test.each([
    ['ends within a range', { start: 90, end: 101 }],
    ['ends before a range begins', { start: 101, end: 110 }],
  ])('an object that %s is truncated', async (_, range) => {
    await store.createIfAbsent('some', noise(100, 1));
    expect(await failureOf(readStored(store, 'some', { range }))).toMatchObject({
      code: 'OBJECT_TRUNCATED',
      object: 'some',
    });
  });

  test('an object that is larger than it may be is refused by name', async () => {
    await store.createIfAbsent('some', noise(100, 1));
    expect(await failureOf(readStored(store, 'some', { maxBytes: 99 }))).toMatchObject({
      code: 'OBJECT_INVALID',
      object: 'some',
    });
  });

  test('a run that was ended is not taken for damage', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    expect((await failureOf(readStored(store, 'some', { signal }))).message).toBe('enough');
  });
});
