import assert from 'node:assert/strict';
import type { ObjectStore } from '../contract.ts';
import { isStorageError } from '../errors.ts';
import type { StorageErrorCode } from '../errors.ts';
import { listAll, readObject } from '../reading.ts';

/** Expects a call to fail with a code of this package. */
export async function rejectsWith(code: StorageErrorCode, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(isStorageError(error, code), `Expected ${code}, got ${describe(error)}`);
    return true;
  });
}

/** Expects a call to fail with this very error, or reason. */
export async function rejectsAs(reason: unknown, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.equal(error, reason, `Expected the caller's own error, got ${describe(error)}`);
    return true;
  });
}

/** Expects an object to hold these bytes. */
export async function holds(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  const found = await readObject(store, key);
  assert.equal(found.length, bytes.length, `Expected ${bytes.length} bytes of "${key}", got ${found.length}`);
  assert.equal(Buffer.compare(found, bytes), 0, `Expected the bytes of "${key}" as they were stored, got others`);
}

/** Expects no trace of an object, and its key to be free. */
export async function isFree(store: ObjectStore, key: string): Promise<void> {
  assert.equal(await store.stat(key), undefined);
  await rejectsWith('NOT_FOUND', () => store.get(key));
  assert.ok(!(await keysOf(store)).includes(key));
  assert.equal((await store.createIfAbsent(key, new Uint8Array(1))).created, true);
}

/** All keys with a prefix, in the order they are listed. */
export async function keysOf(store: ObjectStore, prefix: string = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, prefix)) keys.push(key);
  return keys;
}

function describe(error: unknown): string {
  if (isStorageError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
