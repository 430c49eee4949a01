import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ObjectStore } from '../../src/contract.ts';
import { fsStore, fsStoreWithLinks } from '../../src/fs/fs-store.ts';
import { readObject } from '../../src/reading.ts';
import { patternBytes, streamOf } from '../../src/testing/bytes.ts';
import { conforms } from '../conformance.ts';
import { bytes, failureOf, keysOf, stream, text } from '../expectations.ts';
import { tempFolder } from '../temp-folder.ts';

function linkError(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: no links here`), { code }));
}

async function withoutLinks(code: string): Promise<{ store: ObjectStore; root: string }> {
  const root = await tempFolder();
  return { store: fsStoreWithLinks(root, { durable: false }, linkError(code)), root };
}

conforms('fsStore with links: never', async () => fsStore(await tempFolder(), { durable: false, links: 'never' }), {
  largeBytes: 2 ** 22,
  manyKeys: 300,
});
conforms('fsStore where links are refused', async () => (await withoutLinks('ENOTSUP')).store, {
  largeBytes: 2 ** 22,
  manyKeys: 300,
});

test('an object is a file whose path is its key', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  await store.createIfAbsent('a/b/c.d', stream('hel', 'lo'));
  expect(await readFile(join(root, 'a', 'b', 'c.d'), 'utf8')).toBe('hello');
  expect(await readdir(join(root, 'a', 'b'))).toEqual(['c.d']);
  expect(store.capabilities).toEqual({
    atomicCreate: true,
    listAfterWrite: true,
    conditionalReplace: false,
    durable: true,
    shared: true,
  });
});

test.each(['EPERM', 'ENOTSUP', 'EXDEV', 'ENOSYS'])(
  'where links are refused with %s, the capability says so',
  async (code) => {
    const { store, root } = await withoutLinks(code);
    expect(store.capabilities.atomicCreate).toBe(true);
    expect((await store.createIfAbsent('a/b', bytes('first'))).created).toBe(true);
    expect(store.capabilities.atomicCreate).toBe(false);
    expect(await store.createIfAbsent('a/b', bytes('second'))).toEqual({ created: false });
    expect(text(await readObject(store, 'a/b'))).toBe('first');
    expect(await readdir(join(root, 'a'))).toEqual(['b']);
  },
);

test('without links too, of sixteen racers one wins', async () => {
  const { store } = await withoutLinks('EPERM');
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, (_, racer) => store.createIfAbsent('a', patternBytes(50_000, racer))),
  );
  expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
  const winner = outcomes.findIndex(({ created }) => created);
  expect(await readObject(store, 'a')).toEqual(patternBytes(50_000, winner));
});

test('a link that fails for another reason is an error, not a reason to copy', async () => {
  const { store, root } = await withoutLinks('EIO');
  await failureOf(store.createIfAbsent('a/b', bytes('x')), 'IO_FAILED');
  expect(store.capabilities.atomicCreate).toBe(true);
  expect(await readdir(join(root, 'a'))).toEqual([]);
});

test('a link whose first answer was lost, and whose second says "taken", is a success', async () => {
  const root = await tempFolder();
  const { link } = await import('node:fs/promises');
  const twice = async (from: string | URL | Buffer, to: string | URL | Buffer): Promise<void> => {
    await link(from, to);
    await link(from, to);
  };
  const store = fsStoreWithLinks(root, {}, twice);
  expect((await store.createIfAbsent('a', bytes('x'))).created).toBe(true);
  expect(await store.createIfAbsent('a', bytes('y'))).toEqual({ created: false });
});

test('a folder removed under a store is made again', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  await store.createIfAbsent('a/b/c', bytes('x'));
  await rm(join(root, 'a'), { recursive: true });
  expect(await keysOf(store)).toEqual([]);
  expect((await store.createIfAbsent('a/b/c', bytes('y'))).created).toBe(true);
  await rm(root, { recursive: true });
  await store.put('a/b/d', bytes('z'));
  expect(await keysOf(store)).toEqual(['a/b/d']);
});

test('a temporary file that was removed makes the call fail, and the next one succeed', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes('x');
    await rm(join(root, 'a'), { recursive: true });
  };
  expect(await failureOf(store.createIfAbsent('a/b', body()), 'UNAVAILABLE')).toMatchObject({ retryable: true });
  expect((await store.createIfAbsent('a/b', bytes('y'))).created).toBe(true);
});

test('temporary files untouched for a day are swept by the next writer in their folder, younger ones are not', async () => {
  const root = await tempFolder();
  await mkdir(join(root, 'a'));
  const longAgo = new Date(Date.parse('2020-01-01'));
  for (const name of ['.tmp~old', 'old-but-no-temporary-file']) {
    await writeFile(join(root, 'a', name), 'left');
    await utimes(join(root, 'a', name), longAgo, longAgo);
  }
  await writeFile(join(root, 'a', '.tmp~young'), 'in use');
  await symlink('nowhere', join(root, 'a', '.tmp~link'));
  const store = fsStore(root);
  await store.list('');
  expect(await readdir(join(root, 'a'))).toContain('.tmp~old');
  await store.createIfAbsent('a/b', bytes('x'));
  await store.close();
  expect(await readdir(join(root, 'a'))).toEqual(['.tmp~link', '.tmp~young', 'b', 'old-but-no-temporary-file']);
});

test('a put over a folder of other keys is KEY_CONFLICT', async () => {
  const store = fsStore(await tempFolder());
  await store.createIfAbsent('a/b', bytes('x'));
  await failureOf(store.put('a', bytes('y')), 'KEY_CONFLICT');
  await failureOf(store.put('a/b/c', bytes('y')), 'KEY_CONFLICT');
  expect(await keysOf(store)).toEqual(['a/b']);
});

test('chunks of all sizes are put together in order', async () => {
  const store = fsStore(await tempFolder(), { durable: false });
  const content = patternBytes(3_000_000);
  for (const size of [1999, 65_535, 65_536, 70_001, 262_144, 999_999]) {
    await store.createIfAbsent(`size/${size}`, streamOf(content, size));
    expect(Buffer.compare(await readObject(store, `size/${size}`), content)).toBe(0);
  }
  const mixed = async function* (): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for (let size = 1; offset < content.length; size = (size * 7) % 300_007) {
      yield content.subarray(offset, offset + size);
      offset += size;
    }
  };
  await store.createIfAbsent('mixed', mixed());
  expect(Buffer.compare(await readObject(store, 'mixed'), content)).toBe(0);
});

test('objects of one size put one right after the other have different versions', async () => {
  const store = fsStore(await tempFolder(), { durable: false });
  const versions = new Set<string | undefined>();
  for (let round = 0; round < 300; round += 1) {
    await store.put('a', new Uint8Array(8).fill(round));
    versions.add((await store.stat('a'))?.version);
  }
  expect(versions.size).toBe(300);
});

test('the root may be a link to a folder', async () => {
  const target = await tempFolder();
  const path = join(await tempFolder(), 'link');
  await symlink(target, path);
  await fsStore(path).createIfAbsent('a/b', bytes('x'));
  expect(await keysOf(fsStore(target))).toEqual(['a/b']);
  expect(await keysOf(fsStore(path))).toEqual(['a/b']);
});

test('a root that is a file is KEY_CONFLICT for writes and empty for reads', async () => {
  const path = join(await tempFolder(), 'file');
  await writeFile(path, 'x');
  const store = fsStore(path);
  await failureOf(store.createIfAbsent('a', bytes('x')), 'KEY_CONFLICT');
  expect(await store.list('')).toEqual({ objects: [] });
  expect(await store.stat('a')).toBeUndefined();
});
