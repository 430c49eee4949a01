import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from '../src/open-store.ts';
import { bytes, failureOf } from './expectations.ts';
import { tempFolder } from './temp-folder.ts';

test('a file URL and a plain path open the same folder', async () => {
  const folder = join(await tempFolder(), 'with space');
  const byUrl = await openStore(pathToFileURL(folder).href);
  const byPath = await openStore(folder);
  await byUrl.createIfAbsent('a', bytes('x'));
  expect((await byPath.stat('a'))?.size).toBe(1);
  expect(byUrl.url).toBe(pathToFileURL(folder).href);
  expect(byPath.url).toBe(byUrl.url);
});

test('a relative path starts at the working folder', async () => {
  expect((await openStore('some/folder')).url).toBe(pathToFileURL(resolve('some/folder')).href);
});

test('memory: is a new store each time', async () => {
  const first = await openStore('memory:');
  await first.createIfAbsent('a', bytes('x'));
  expect(await (await openStore('memory:')).stat('a')).toBeUndefined();
});

test('opening a folder finds out whether it has links, and leaves nothing in it', async () => {
  const folder = await tempFolder();
  expect((await openStore(folder)).capabilities.atomicCreate).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('opening makes no folder', async () => {
  const folder = await tempFolder();
  await openStore(join(folder, 'new'));
  expect(await readdir(folder)).toEqual([]);
  await mkdir(join(folder, 'new'));
});

test.each(['s3://bucket/path', 'ftp://user:secret@host/', 'file://other-host/share', 'memory:named', ''])(
  '%j is UNSUPPORTED_URL, with a hint and no secret',
  async (url) => {
    const error = await failureOf(openStore(url), 'UNSUPPORTED_URL');
    expect(error).toMatchObject({ hint: expect.stringContaining('file:///') });
    expect(error.message).not.toContain('secret');
  },
);
