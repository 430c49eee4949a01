import type { ObjectInfo } from '../contract.ts';

/** An object kept in memory. */
export interface CachedObject {
  readonly info: ObjectInfo;
  readonly bytes: Uint8Array;
}

/** The objects used last, up to a number of bytes. */
export interface ByteCache {
  get(key: string): CachedObject | undefined;
  set(key: string, object: CachedObject): void;
  delete(key: string): void;
}

/** What an entry costs beside its bytes, roughly: without it a million empty objects would be free. */
const ENTRY_BYTES = 512;

/** A {@link ByteCache} that forgets the object used longest ago when it is full. */
export function byteCache(maxBytes: number): ByteCache {
  // A Map keeps the order of insertion; an entry that is used is inserted anew.
  const entries = new Map<string, CachedObject>();
  let used = 0;
  const remove = (key: string): CachedObject | undefined => {
    const entry = entries.get(key);
    if (entry !== undefined && entries.delete(key)) used -= entry.bytes.length + ENTRY_BYTES;
    return entry;
  };
  const add = (key: string, object: CachedObject): void => {
    entries.set(key, object);
    used += object.bytes.length + ENTRY_BYTES;
  };
  return {
    get(key) {
      const entry = remove(key);
      if (entry !== undefined) add(key, entry);
      return entry;
    },
    set(key, object) {
      remove(key);
      add(key, object);
      for (const oldest of entries.keys()) {
        if (used <= maxBytes) return;
        remove(oldest);
      }
    },
    delete: remove,
  };
}
