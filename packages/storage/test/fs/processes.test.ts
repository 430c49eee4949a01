import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { fsStore } from '../../src/fs/fs-store.ts';
import { listAll, readObject } from '../../src/reading.ts';
import { patternBytes } from '../../src/testing/bytes.ts';
import { bytes, gather, keysOf, text } from '../expectations.ts';
import { tempFolder } from '../temp-folder.ts';
import { startChild } from './child.ts';

const SLOW_WRITER = new URL('./children/slow-writer.ts', import.meta.url);
const BUSY_WRITER = new URL('./children/busy-writer.ts', import.meta.url);
const RACER = new URL('./children/racer.ts', import.meta.url);
const MANY_FILES = new URL('./children/many-files.ts', import.meta.url);

for (const links of ['auto', 'never']) {
  test(`a process killed in the middle of a create leaves no object and no blocked key (links: ${links})`, async () => {
    const root = await tempFolder();
    const child = startChild(SLOW_WRITER, [root, links]);
    expect(await child.line()).toBe('half');
    const left = await readdir(join(root, 'a'));
    expect(left).toHaveLength(1);
    await child.kill();
    expect(await readdir(join(root, 'a'))).toEqual(left);
    const store = fsStore(root);
    expect(await keysOf(store)).toEqual([]);
    expect(await store.stat('a/b')).toBeUndefined();
    expect((await store.createIfAbsent('a/b', bytes('whole'))).created).toBe(true);
    expect(text(await readObject(store, 'a/b'))).toBe('whole');
    expect(await keysOf(store)).toEqual(['a/b']);
  });
}

test('a process killed at any moment leaves only whole objects', async () => {
  const root = await tempFolder();
  const store = fsStore(root);
  let first = 0;
  for (let round = 0; round < (IS_THOROUGH ? 5 : 2); round += 1) {
    const child = startChild(BUSY_WRITER, [root, String(first)]);
    await child.line();
    while ((await keysOf(store)).length < first + 10 + 7 * round) await new Promise((resolve) => setImmediate(resolve));
    await child.kill();
    const objects = await gather(listAll(store, ''));
    for (const { key, size } of objects) {
      const seed = Number(key.slice('objects/'.length));
      expect(size).toBe(100_000 + seed);
      expect(Buffer.compare(await readObject(store, key), patternBytes(100_000 + seed, seed))).toBe(0);
    }
    first = 4 * Math.ceil((1 + Math.max(...objects.map(({ key }) => Number(key.slice('objects/'.length))))) / 4);
  }
});

test('of two processes that create the same keys, each key has one winner', async () => {
  const root = await tempFolder();
  const names = ['left', 'right'];
  const racers = names.map((name) => startChild(RACER, [root, name, '150']));
  for (const racer of racers) expect(await racer.line()).toBe('ready');
  for (const racer of racers) racer.send('go');
  const wins: unknown[] = [];
  for (const racer of racers) wins.push(JSON.parse(await racer.line()));
  const store = fsStore(root);
  const keys = await keysOf(store);
  expect(keys).toHaveLength(150);
  for (const key of keys) {
    const winner = text(await readObject(store, key)).split(' ')[0] ?? '';
    const claims = names.filter((_, index) => JSON.stringify(wins[index]).includes(`"${key}"`));
    expect(claims).toEqual([winner]);
  }
});

test.skipIf(process.platform === 'win32')(
  'where few files can be open, calls wait their turn; when none ever becomes free, it is UNAVAILABLE',
  async () => {
    const root = await tempFolder();
    const child = startChild(MANY_FILES, [root], 48);
    expect(JSON.parse(await child.line())).toEqual({ read: 200, listed: 200, code: 'UNAVAILABLE' });
    await child.end();
  },
);
