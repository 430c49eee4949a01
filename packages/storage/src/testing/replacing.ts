import assert from 'node:assert/strict';
import type { ObjectStore } from '../contract.ts';
import { patternBytes, streamOf, textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { holds, isFree, keysOf, rejectsAs } from './expectations.ts';

/** What `put`, and `replace` where there is one, promise. */
export const replacingCases: readonly ConformanceCase[] = [
  storeCase('put stores an object whatever was there, and its version changes', async (store) => {
    const versions = new Set<string | undefined>();
    for (const size of [10, 10, 0, 200_000, 10]) {
      const bytes = patternBytes(size, versions.size);
      await store.put('a/b', size > 100 ? streamOf(bytes, 9999) : bytes);
      await holds(store, 'a/b', bytes);
      versions.add((await store.stat('a/b'))?.version);
    }
    assert.equal(versions.size, 5);
    assert.deepEqual(await keysOf(store), ['a/b']);
    assert.deepEqual(await store.createIfAbsent('a/b', textBytes('x')), { created: false });
  }),
  storeCase('a put whose body fails leaves the old object', async (store) => {
    const failure = new Error('the source broke');
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield patternBytes(300_000);
      throw failure;
    };
    await rejectsAs(failure, () => store.put('new', body()));
    await isFree(store, 'new');
    await store.put('old', textBytes('old'));
    await rejectsAs(failure, () => store.put('old', body()));
    await holds(store, 'old', textBytes('old'));
  }),
  storeCase('replace is there if, and only if, the capabilities say so', async (store) => {
    assert.equal(store.replace !== undefined, store.capabilities.conditionalReplace);
  }),
  replaceCase('replace takes effect for the version that is there, and for no other', async (store, replace) => {
    assert.deepEqual(await replace('a', textBytes('x'), 'no-version'), { replaced: false });
    assert.equal(await store.stat('a'), undefined);
    const first = await store.createIfAbsent('a', textBytes('first'));
    assert.ok(first.created);
    const second = await replace('a', textBytes('second'), first.version);
    assert.ok(second.replaced);
    assert.equal((await store.stat('a'))?.version, second.version);
    assert.deepEqual(await replace('a', textBytes('third'), first.version), { replaced: false });
    await holds(store, 'a', textBytes('second'));
    await store.delete('a');
    assert.deepEqual(await replace('a', textBytes('fourth'), second.version), { replaced: false });
  }),
  replaceCase('of sixteen that replace one version, one does', async (store, replace) => {
    const first = await store.createIfAbsent('a', textBytes('first'));
    assert.ok(first.created);
    const bodies = Array.from({ length: 16 }, (_, index) => textBytes(`racer ${index}`));
    const outcomes = await Promise.all(bodies.map((body) => replace('a', streamOf(body, 3), first.version)));
    const winners = bodies.filter((_, index) => outcomes[index]?.replaced);
    assert.equal(winners.length, 1);
    await holds(store, 'a', winners[0] ?? textBytes(''));
  }),
];

type Replace = NonNullable<ObjectStore['replace']>;

function replaceCase(title: string, check: (store: ObjectStore, replace: Replace) => Promise<void>): ConformanceCase {
  return storeCase(title, async (store) => {
    const { replace } = store;
    if (replace !== undefined) await check(store, replace.bind(store));
  });
}
