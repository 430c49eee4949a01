import { randomBytes } from 'node:crypto';

import { isStorageError, type ObjectStore } from '@x/storage';

import { RESERVE } from '../layout/names.ts';

/** Enough for the records of a round that deletes thousands of packs. */
const RESERVE_BYTES: number = 128 * 1024;

/**
 * Keeps some room: a round of garbage collection has to write a little before it may delete, which on a full disk it could
 * not. The bytes are random, so that no file system stores them in less space.
 */
export async function keepReserve(store: ObjectStore): Promise<void> {
  if ((await store.stat(RESERVE)) !== undefined) return;
  await store.createIfAbsent(RESERVE, randomBytes(RESERVE_BYTES));
}

/** Does `work`; when there is no room for it, gives up the reserve and does it again. */
export async function withReserve<T>(store: ObjectStore, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isStorageError(error, 'NO_SPACE') || (await store.stat(RESERVE)) === undefined) throw error;
    await store.delete(RESERVE);
    return await work();
  }
}
