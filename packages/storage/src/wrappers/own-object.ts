import { chunksOf } from '../body.ts';
import type { Body, CallOptions, ObjectInfo, ObjectStore } from '../contract.ts';
import { isStorageError } from '../errors.ts';
import { readExactly } from '../reading.ts';

/** Bodies differ within their first bytes, so that no more has to be read back. */
const HEAD_BYTES = 64;

/** The object under `key` if it is the one that `body` (sent before, by a call whose answer was lost) has made. */
export async function ownObject(
  store: ObjectStore,
  key: string,
  { body, signal }: CallOptions & { readonly body: Body },
): Promise<ObjectInfo | undefined> {
  try {
    const found = await store.get(key, { range: { start: 0, end: HEAD_BYTES }, signal });
    const head = await readExactly(found, Math.min(HEAD_BYTES, found.size));
    const sent = await measure(body, signal);
    return found.size === sent.size && Buffer.compare(head, sent.head) === 0 ? found : undefined;
  } catch (error) {
    // Someone else's, and already deleted.
    if (isStorageError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

async function measure(body: Body, signal: AbortSignal | undefined): Promise<{ head: Uint8Array; size: number }> {
  const head = new Uint8Array(HEAD_BYTES);
  let size = 0;
  for await (const chunk of chunksOf(body, signal)) {
    if (size < HEAD_BYTES) head.set(chunk.subarray(0, HEAD_BYTES - size), size);
    size += chunk.length;
  }
  return { head: head.subarray(0, Math.min(size, HEAD_BYTES)), size };
}
