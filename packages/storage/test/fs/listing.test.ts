import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ListPage, ObjectStore } from '../../src/contract.ts';
import { fsStore } from '../../src/fs/fs-store.ts';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { bytes, keysOf } from '../expectations.ts';
import { tempFolder } from '../temp-folder.ts';

/** Few letters, so that prefixes and folders meet often; `-` and `.` sort before the slash, the others after it. */
const segment = fc
  .string({ unit: fc.constantFrom('a', 'b', '-', '.', '0', '_'), minLength: 1, maxLength: 3 })
  .filter((name) => name !== '.' && name !== '..');
const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const partOfKey = fc.tuple(key, fc.nat(12)).map(([whole, length]) => whole.slice(0, length));
const question = fc.record({ prefix: partOfKey, after: partOfKey, limit: fc.integer({ min: 1, max: 12 }) });

function namesOf(page: ListPage): { keys: string[]; next: string | undefined } {
  return { keys: page.objects.map((object) => object.key), next: page.next };
}

async function fill(stores: readonly ObjectStore[], keys: readonly string[]): Promise<void> {
  for (const one of keys) {
    const isRefused = await stores[0]?.createIfAbsent(one, bytes(one)).then(
      () => false,
      () => true,
    );
    if (isRefused === false) for (const store of stores.slice(1)) await store.createIfAbsent(one, bytes(one));
  }
}

test('every page is the one that a store in memory gives', async () => {
  const parent = await tempFolder();
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { maxLength: 25 }),
      fc.array(question, { maxLength: 12 }),
      async (keys, questions) => {
        const root = join(parent, String((round += 1)));
        const memory = memoryStore();
        const disk = fsStore(root, { durable: false });
        await fill([memory, disk], keys);
        expect(await keysOf(disk)).toEqual(await keysOf(memory));
        for (const { prefix, after, limit } of questions) {
          expect(namesOf(await disk.list(prefix, { after, limit }))).toEqual(
            namesOf(await memory.list(prefix, { after, limit })),
          );
        }
        await rm(root, { recursive: true, force: true });
      },
    ),
    { numRuns: 60 },
  );
});

test('foreign files are neither listed, nor read, nor deleted', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  await store.createIfAbsent('a/b', bytes('ours'));
  await mkdir(join(root, 'Upper'));
  await mkdir(join(root, 'empty'));
  await writeFile(join(root, 'Upper', 'x'), 'foreign');
  await writeFile(join(root, 'READ ME'), 'foreign');
  await writeFile(join(root, 'a', '.tmp~0123'), 'unfinished');
  await symlink(join(root, 'a', 'b'), join(root, 'a', 'link'));
  await symlink(join(root, 'a'), join(root, 'linked'));
  expect(await keysOf(store)).toEqual(['a/b']);
  for (const foreign of ['a/link', 'linked/b', 'linked', 'empty', 'a']) {
    expect(await store.stat(foreign)).toBeUndefined();
    await expect(store.get(foreign)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await store.delete(foreign);
  }
  expect(await keysOf(store, 'linked/')).toEqual([]);
  expect(await keysOf(store)).toEqual(['a/b']);
});

test.each([
  ['a link in place of the object', 'a/link'],
  ['a folder in place of the object', 'folder'],
  ['a link in place of a folder', 'linked/new'],
])('%s is KEY_CONFLICT, and nothing is written through it', async (_, conflicting) => {
  const root = await tempFolder();
  const outside = await tempFolder();
  await mkdir(join(root, 'a'));
  await mkdir(join(root, 'folder'));
  await symlink(join(outside, 'target'), join(root, 'a', 'link'));
  await symlink(outside, join(root, 'linked'));
  const store = fsStore(root);
  for (const attempt of [1, 2]) {
    await expect(store.createIfAbsent(conflicting, bytes(`attempt ${attempt}`))).rejects.toMatchObject({
      code: 'KEY_CONFLICT',
      hint: expect.stringMatching(/./),
    });
  }
  expect(await keysOf(fsStore(outside))).toEqual([]);
  expect(await keysOf(store)).toEqual([]);
});
