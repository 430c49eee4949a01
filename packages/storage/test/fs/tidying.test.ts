import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fsStore } from '../../src/index.ts';
import { tempFolder } from '../temp-folder.ts';

const bytes = new TextEncoder().encode('content');

test('what killed writers have left in a folder goes, and empty folders with it; objects and strangers stay', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  await store.createIfAbsent('a/dead/x', bytes);
  await store.delete('a/dead/x');
  writeFileSync(join(root, 'a/dead/.tmp~0123456789abcdef0123456789abcdef'), 'half');
  mkdirSync(join(root, 'a/dead/deeper'));
  await store.createIfAbsent('a/alive/x', bytes);
  writeFileSync(join(root, 'a/alive/.tmp~0123456789abcdef0123456789abcdef'), 'half');
  writeFileSync(join(root, 'a/alive/NOT AN OBJECT'), 'of somebody else');
  await store.tidy?.('a/dead/');
  await store.tidy?.('a/alive/');
  await store.tidy?.('a/never/');
  expect(existsSync(join(root, 'a/dead'))).toBe(false);
  expect(readdirSync(join(root, 'a/alive')).toSorted()).toEqual(['NOT AN OBJECT', 'x']);
});

test('a folder that was taken away is made again by the next object', async () => {
  const store = fsStore(await tempFolder());
  await store.createIfAbsent('a/b/x', bytes);
  await store.delete('a/b/x');
  await store.tidy?.('a/b/');
  expect(await store.createIfAbsent('a/b/y', bytes)).toMatchObject({ created: true });
  expect((await store.list('a/')).objects.map(({ key }) => key)).toEqual(['a/b/y']);
});
