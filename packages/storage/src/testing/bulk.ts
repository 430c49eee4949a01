import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readObject } from '../reading.ts';
import { patternBytes, textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase, ConformanceOptions } from './conformance-case.ts';
import { keysOf } from './expectations.ts';

const MiB = 1024 * 1024;

/** What holds for large objects and for many. */
export function bulkCases({ largeBytes = 32 * MiB, manyKeys = 2500 }: ConformanceOptions): ConformanceCase[] {
  return [
    storeCase('a large object streams in and out, and both ends of it can be read', async (store) => {
      const sent = createHash('sha256');
      const body = async function* (): AsyncGenerator<Uint8Array> {
        for (let offset = 0; offset < largeBytes; offset += MiB) {
          const chunk = patternBytes(Math.min(MiB, largeBytes - offset), offset + 1);
          sent.update(chunk);
          yield chunk;
        }
      };
      await store.createIfAbsent('large', body());
      const read = createHash('sha256');
      for await (const chunk of (await store.get('large')).body) read.update(chunk);
      assert.equal(read.digest('hex'), sent.digest('hex'));
      const head = await readObject(store, 'large', { range: { start: 0, end: 10 } });
      assert.deepEqual([...head], [...patternBytes(10, 1)]);
      assert.equal((await readObject(store, 'large', { range: { start: largeBytes - 5 } })).length, 5);
    }),
    storeCase('a page holds 1,000 objects unless told, and pages together hold all of many', async (store) => {
      const keys = Array.from({ length: manyKeys }, (_, index) => `many/${index % 7}/${index}`);
      for (let start = 0; start < keys.length; start += 50) {
        await Promise.all(keys.slice(start, start + 50).map((key) => store.createIfAbsent(key, textBytes(key))));
      }
      const first = await store.list('many/');
      assert.ok(first.objects.length <= 1000);
      assert.equal(first.next !== undefined, manyKeys > 1000);
      assert.deepEqual(await keysOf(store, 'many/'), keys.toSorted());
      assert.deepEqual(await keysOf(store, 'many/3/'), keys.filter((key) => key.startsWith('many/3/')).toSorted());
    }),
  ];
}
