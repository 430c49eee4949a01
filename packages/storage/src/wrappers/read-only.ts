import type { ObjectStore, StoreCapabilities } from '../contract.ts';
import { StorageError } from '../errors.ts';

/**
 * A view of a store that refuses to write, for code that must only look. It guards against mistakes, not against attackers: those
 * are stopped by credentials that can't write.
 *
 * @throws {StorageError} `READ_ONLY` from every call that writes.
 */
export function withReadOnly(store: ObjectStore): ObjectStore {
  const refuse = async (key: string): Promise<never> => {
    throw new StorageError('READ_ONLY', `Expected only reads of ${store.url}, got a write of "${key}"`, {
      key,
      hint: 'open the store without the read-only wrapper to write',
    });
  };
  return {
    url: store.url,
    get capabilities(): StoreCapabilities {
      return { ...store.capabilities, conditionalReplace: false };
    },
    createIfAbsent: refuse,
    get: (key, call) => store.get(key, call),
    stat: (key, call) => store.stat(key, call),
    list: (prefix, call) => store.list(prefix, call),
    delete: refuse,
    put: refuse,
    close: () => store.close(),
  };
}
