import fs from 'node:fs';
import { mkdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ListPage, ObjectStore } from '../../src/contract.ts';
import { fsStore } from '../../src/fs/fs-store.ts';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { bytes, gather, keysOf } from '../expectations.ts';
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

/** Counts how often folders are read from now on; the reading itself stays real. */
function countReads(): { readonly of: (folder: string) => number } {
  const spy = vi.spyOn(fs.promises, 'readdir');
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  return { of: (folder) => spy.mock.calls.filter(([path]) => path === folder).length };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i).padStart(6, '0'));

/** Times of files go forward in steps of some milliseconds. */
const nextTick = async (): Promise<void> => await setTimeout(20);

/** A folder of empty objects that has not changed for a while. */
async function oldFolder(root: string, names: readonly string[]): Promise<string> {
  const folder = join(root, 'many');
  await mkdir(folder);
  for (const name of names) fs.writeFileSync(join(folder, name), '');
  await nextTick();
  // The time of the last change of status can't be set: only the clock can make it look old.
  setClock(Date.now() + 60_000);
  return folder;
}

function setClock(now: number): void {
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now);
  onTestFinished(() => spy.mockRestore());
}

test('a listing reads a folder once, however many pages it takes', async () => {
  const root = await tempFolder();
  const names = numbered(2000);
  const folder = await oldFolder(root, names);
  const reads = countReads();
  const store = fsStore(root);
  expect(await gather(listInPages(store, 30))).toEqual(names.map((name) => `many/${name}`));
  expect(reads.of(folder)).toBe(1);
  // The next listing looks again.
  expect((await store.list('many/')).objects).toHaveLength(1000);
  expect(reads.of(folder)).toBe(2);
});

test('a folder that changes between two pages is read again, whoever changes it', async () => {
  const root = await tempFolder();
  const folder = await oldFolder(root, numbered(200));
  const store = fsStore(root);
  const changes: [string, () => Promise<unknown>, readonly string[]][] = [
    [
      'put in by this store',
      async () => await store.createIfAbsent('many/000003-a', bytes('x')),
      ['000003-a', '000004'],
    ],
    ['deleted by this store', async () => await store.delete('many/000003-a'), ['000004', '000005']],
    ['put in by others', async () => await writeFile(join(folder, '000003-b'), 'x'), ['000003-b', '000004']],
    ['removed by others', async () => await unlink(join(folder, '000003-b')), ['000004', '000005']],
  ];
  for (const [what, change, expected] of changes) {
    const { next } = await store.list('many/', { limit: 4 });
    await nextTick();
    await change();
    const page = await store.list('many/', { after: next, limit: 2 });
    expect(
      page.objects.map((object) => object.key.slice(5)),
      what,
    ).toEqual(expected);
  }
});

test('so is the root, also when it is a link to a folder', async () => {
  const parent = await tempFolder();
  const root = await oldFolder(parent, numbered(200));
  await symlink(root, join(parent, 'link'));
  const store = fsStore(join(parent, 'link'));
  const { next } = await store.list('', { limit: 3 });
  await nextTick();
  await writeFile(join(root, '000002-a'), 'x');
  expect((await store.list('', { after: next, limit: 1 })).objects).toMatchObject([{ key: '000002-a' }]);
});

test('a folder that has changed just now is not trusted to show the next change', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  setClock(Date.now());
  for (const name of numbered(150)) await store.createIfAbsent(`many/${name}`, bytes('x'));
  const reads = countReads();
  expect(await gather(listInPages(store, 50))).toHaveLength(150);
  expect(reads.of(join(root, 'many'))).toBe(3);
});

async function* listInPages(store: ObjectStore, limit: number): AsyncGenerator<string> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const page: ListPage = await store.list('many/', { after, limit });
    for (const object of page.objects) yield object.key;
    after = page.next;
  }
}

test('listings that go on side by side do not disturb each other', async () => {
  const root = await tempFolder();
  const names = numbered(400);
  const folder = await oldFolder(root, names);
  const reads = countReads();
  const store = fsStore(root);
  const lists = await Promise.all([30, 50, 70].map(async (limit) => await gather(listInPages(store, limit))));
  for (const list of lists) expect(list).toEqual(names.map((name) => `many/${name}`));
  expect(reads.of(folder)).toBe(3);
});
