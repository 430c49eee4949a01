import { expect } from 'vitest';
import type { ObjectStore } from '../src/contract.ts';
import type { StorageErrorCode } from '../src/errors.ts';
import { listAll } from '../src/reading.ts';

/** Expects a call to fail with a code, and gives the error. */
export async function failureOf(call: Promise<unknown>, code: StorageErrorCode): Promise<Error> {
  const error: unknown = await call.then(
    () => new Error(`Expected ${code}, got an answer`),
    (failure: unknown) => failure,
  );
  expect(error).toMatchObject({ name: 'StorageError', code });
  if (!(error instanceof Error)) throw new Error(`Expected an error, got ${String(error)}`);
  return error;
}

/** The bytes of a text. */
export function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

/** The text of bytes. */
export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** A body that can be sent once. */
export async function* stream(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield bytes(part);
}

/** All items of a sequence. */
export async function gather<T>(sequence: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of sequence) items.push(item);
  return items;
}

/** All keys of a store that start with a prefix. */
export async function keysOf(store: ObjectStore, prefix: string = ''): Promise<string[]> {
  return (await gather(listAll(store, prefix))).map(({ key }) => key);
}
