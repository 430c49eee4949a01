import type { ObjectStore } from '../contract.ts';

/** What a wrapper may change of a store. */
export type Overrides = Partial<Omit<ObjectStore, 'url' | 'capabilities'>>;

/**
 * A store that passes every call on to `store`, but for those in `overrides`. Not a spread: the store may be an instance of
 * somebody's class, and its capabilities may still change. `replace` and `tidy` stay absent where the store has none.
 */
export function delegate(store: ObjectStore, overrides: Overrides): ObjectStore {
  const { replace, tidy } = store;
  return {
    url: store.url,
    get capabilities() {
      return store.capabilities;
    },
    createIfAbsent: (key, body, call) => store.createIfAbsent(key, body, call),
    get: (key, call) => store.get(key, call),
    stat: (key, call) => store.stat(key, call),
    list: (prefix, call) => store.list(prefix, call),
    delete: (key, call) => store.delete(key, call),
    put: (key, body, call) => store.put(key, body, call),
    close: () => store.close(),
    ...(replace === undefined ? {} : { replace: replace.bind(store) }),
    ...(tidy === undefined ? {} : { tidy: tidy.bind(store) }),
    ...overrides,
  };
}
