import type { CacheStore } from './contract.ts';

/** Keeps models in the memory of this process. */
export function memoryModels(): CacheStore {
  // A map keeps the order in which keys came: the first is the one not used for longest.
  const kept = new Map<string, Uint8Array>();
  let total = 0;
  const remove = (key: string): void => {
    total -= kept.get(key)?.length ?? 0;
    kept.delete(key);
  };
  return {
    kind: 'memory',
    isPrivate: true,
    get: async (key) => {
      const bytes = kept.get(key);
      if (bytes === undefined) return undefined;
      kept.delete(key);
      kept.set(key, bytes);
      return bytes;
    },
    set: async (key, bytes, maxBytes) => {
      remove(key);
      kept.set(key, bytes);
      total += bytes.length;
      const gone: string[] = [];
      for (const oldest of kept.keys()) {
        if (total <= maxBytes || oldest === key) break;
        remove(oldest);
        gone.push(oldest);
      }
      return gone;
    },
    delete: async (key) => remove(key),
    sizes: async () => new Map([...kept].map(([key, { length }]) => [key, length])),
  };
}
