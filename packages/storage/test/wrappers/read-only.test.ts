import { expect, test } from 'vitest';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { delegate } from '../../src/wrappers/delegate.ts';
import { withReadOnly } from '../../src/wrappers/read-only.ts';
import { conforms } from '../conformance.ts';
import { bytes, failureOf, keysOf } from '../expectations.ts';

// The suite has to write; it does so past the wrapper, so that all reads go through it.
conforms(
  'withReadOnly, written past it',
  async () => {
    const store = memoryStore();
    const readOnly = withReadOnly(store);
    return delegate(store, {
      get: (key, call) => readOnly.get(key, call),
      stat: (key, call) => readOnly.stat(key, call),
      list: (prefix, call) => readOnly.list(prefix, call),
    });
  },
  { largeBytes: 2 ** 21, manyKeys: 300 },
);

test('every write is READ_ONLY and has no effect', async () => {
  const store = memoryStore();
  await store.createIfAbsent('a', bytes('x'));
  const readOnly = withReadOnly(store);
  await failureOf(readOnly.createIfAbsent('b', bytes('y')), 'READ_ONLY');
  await failureOf(readOnly.put('a', bytes('y')), 'READ_ONLY');
  await failureOf(readOnly.delete('a'), 'READ_ONLY');
  expect(readOnly.replace).toBeUndefined();
  expect(readOnly.capabilities).toEqual({ ...store.capabilities, conditionalReplace: false });
  expect(await keysOf(readOnly)).toEqual(['a']);
  expect((await readOnly.stat('a'))?.size).toBe(1);
});
