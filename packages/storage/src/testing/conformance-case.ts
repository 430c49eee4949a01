import type { ObjectStore } from '../contract.ts';

/** Makes a new and empty store. Each case asks once. */
export type MakeStore = () => Promise<ObjectStore>;

/** One fact that holds for every store. */
export interface ConformanceCase {
  readonly title: string;
  /** Resolves when the fact holds, and rejects with an `AssertionError` when it doesn't. */
  readonly run: (makeStore: MakeStore) => Promise<void>;
}

/** Options of {@link storeConformance}. */
export interface ConformanceOptions {
  /** The size of the large object, in bytes; default 32 MiB. */
  readonly largeBytes?: number | undefined;
  /** How many keys the long listing has; default 2,500. */
  readonly manyKeys?: number | undefined;
}

/** A case that gets a fresh store and closes it at its end. */
export function storeCase(title: string, check: (store: ObjectStore) => Promise<void>): ConformanceCase {
  return {
    title,
    async run(makeStore) {
      const store = await makeStore();
      try {
        await check(store);
      } finally {
        await store.close();
      }
    },
  };
}
