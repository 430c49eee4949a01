import { type ObjectStore, readObject } from '@x/storage';

/** Reads objects that are written once and never changed, each one once as long as it is remembered. */
export interface WrittenOnce {
  /** The bytes of these keys, in their order; `undefined` for what is gone or can't be read. */
  read(keys: AsyncIterable<string>): AsyncGenerator<{ readonly key: string; readonly body: Uint8Array | undefined }>;
}

/** Objects that are read at the same time: a bucket answers each one late, and many at once. */
const AT_ONCE = 16;
/** Bytes of objects that are remembered. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Opens objects of a store. Nothing is read yet. */
export function writtenOnce(store: ObjectStore, { maxBytes }: { readonly maxBytes: number }): WrittenOnce {
  const known = new Map<string, Uint8Array>();
  let bytes = 0;
  const readOne = async (key: string): Promise<Uint8Array | undefined> => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const body = await readObject(store, key, { maxBytes }).catch((error: unknown) => {
      // What does not answer now is no reason to tell less than there is.
      if (error instanceof Error && 'retryable' in error && error.retryable === true) throw error;
      return undefined;
    });
    if (body !== undefined && bytes + body.length <= MOST_BYTES) {
      bytes += body.length;
      known.set(key, body);
    }
    return body;
  };
  const readBatch = async (keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> =>
    await Promise.all(keys.map(readOne));
  return {
    async *read(keys) {
      let batch: string[] = [];
      for await (const key of keys) {
        batch.push(key);
        if (batch.length < AT_ONCE) continue;
        for (const [at, body] of (await readBatch(batch)).entries()) yield { key: batch[at] ?? '', body };
        batch = [];
      }
      for (const [at, body] of (await readBatch(batch)).entries()) yield { key: batch[at] ?? '', body };
    },
  };
}
