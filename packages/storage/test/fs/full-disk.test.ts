import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { fsStore } from '../../src/fs/fs-store.ts';
import { readObject } from '../../src/reading.ts';
import { patternBytes, streamOf } from '../../src/testing/bytes.ts';
import { bytes, failureOf, keysOf } from '../expectations.ts';
import { remount, tmpfs } from './tmpfs.ts';

const MiB = 1024 * 1024;

async function disk({ skip }: TestContext, options: string): Promise<string> {
  const folder = await tmpfs(options);
  return folder ?? skip('mounting a small file system needs root on Linux');
}

for (const links of ['auto', 'never'] as const) {
  test(`a full disk is NO_SPACE and nothing half-written stays (links: ${links})`, async (context) => {
    const root = await disk(context, 'size=1m');
    const store = fsStore(root, { links });
    await store.createIfAbsent('a/fits', patternBytes(MiB / 4));
    for (const body of [patternBytes(2 * MiB), streamOf(patternBytes(2 * MiB), 100_000)]) {
      const error = await failureOf(store.createIfAbsent('a/too-large', body), 'NO_SPACE');
      expect(error).toMatchObject({ retryable: false, hint: expect.stringContaining('free') });
    }
    await failureOf(store.put('a/fits', streamOf(patternBytes(2 * MiB), 1000)), 'NO_SPACE');
    expect(await readdir(join(root, 'a'))).toEqual(['fits']);
    expect(await readObject(store, 'a/fits')).toEqual(patternBytes(MiB / 4));
    expect((await store.createIfAbsent('a/too-large', bytes('small'))).created).toBe(true);
  });
}

test('without links, a copy that does not fit any more is NO_SPACE and leaves nothing', async (context) => {
  const root = await disk(context, 'size=1m');
  const store = fsStore(root, { links: 'never' });
  // The temporary file fits, its copy beside it does not.
  await failureOf(store.createIfAbsent('a/large', patternBytes(MiB * 0.7)), 'NO_SPACE');
  expect(await readdir(join(root, 'a'))).toEqual([]);
  expect((await store.createIfAbsent('a/large', patternBytes(MiB * 0.3))).created).toBe(true);
});

test('a disk without room for another file is NO_SPACE', async (context) => {
  const root = await disk(context, 'size=1m,nr_inodes=8');
  const store = fsStore(root);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => store.createIfAbsent(`k/${index}`, bytes('x'))),
  );
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(failures.length).toBeGreaterThan(0);
  for (const { reason } of failures) expect(reason).toMatchObject({ code: 'NO_SPACE' });
  expect(await keysOf(store)).toHaveLength(20 - failures.length);
});

test('a file system mounted read-only is READ_ONLY for writes and serves reads', async (context) => {
  const root = await disk(context, 'size=1m');
  await fsStore(root).createIfAbsent('a/b', bytes('x'));
  await remount(root, 'ro');
  const store = fsStore(root);
  await failureOf(store.createIfAbsent('a/c', bytes('x')), 'READ_ONLY');
  await failureOf(store.createIfAbsent('new/c', bytes('x')), 'READ_ONLY');
  await failureOf(store.put('a/b', bytes('x')), 'READ_ONLY');
  await failureOf(store.delete('a/b'), 'READ_ONLY');
  expect(await keysOf(store)).toEqual(['a/b']);
  await remount(root, 'rw');
});
