import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fsStore } from '../../src/fs/fs-store.ts';
import { readObject } from '../../src/reading.ts';
import { patternBytes } from '../../src/testing/bytes.ts';
import { failureOf, gather, keysOf } from '../expectations.ts';
import { tempFolder } from '../temp-folder.ts';

const MiB = 1024 * 1024;

test('reads up to 8 MiB are one chunk, longer ones come in pieces', async () => {
  const store = fsStore(await tempFolder(), { durable: false });
  await store.createIfAbsent('a', patternBytes(9 * MiB));
  const whole = await gather((await store.get('a')).body);
  expect(whole.map(({ length }) => length)).toEqual(Array.from({ length: 9 }, () => MiB));
  const part = await gather((await store.get('a', { range: { start: 5, end: 8 * MiB + 5 } })).body);
  expect(part.map(({ length }) => length)).toEqual([8 * MiB]);
  expect(part[0]?.buffer.byteLength).toBe(8 * MiB);
});

test('a long body of which the file was replaced or has shrunk meanwhile is an error', async () => {
  const root = await tempFolder();
  const store = fsStore(root, { durable: false });
  await store.put('replaced', patternBytes(9 * MiB));
  const replaced = await store.get('replaced');
  await store.put('replaced', patternBytes(9 * MiB, 2));
  await failureOf(gather(replaced.body), 'UNAVAILABLE');

  await store.put('shrunk', patternBytes(9 * MiB));
  const shrunk = await store.get('shrunk');
  const read = async (): Promise<void> => {
    for await (const chunk of shrunk.body) if (chunk.length > 0) await truncate(join(root, 'shrunk'), 5000);
  };
  await failureOf(read(), 'SHORT_READ');

  await store.put('deleted', patternBytes(9 * MiB));
  const deleted = await store.get('deleted');
  await store.delete('deleted');
  await failureOf(gather(deleted.body), 'NOT_FOUND');
});

test('an abort ends a long read between two chunks', async () => {
  const store = fsStore(await tempFolder(), { durable: false });
  await store.createIfAbsent('a', patternBytes(9 * MiB));
  const abort = new AbortController();
  const reason = new Error('enough');
  const reading = await store.get('a', { signal: abort.signal });
  const read = async (): Promise<void> => {
    for await (const chunk of reading.body) if (chunk.length > 0) abort.abort(reason);
  };
  await expect(read()).rejects.toBe(reason);
});

test('what someone else wrote into the folder is an object if its name is a key', async () => {
  const root = await tempFolder();
  await writeFile(join(root, 'copied'), 'by rsync');
  expect(new TextDecoder().decode(await readObject(fsStore(root), 'copied'))).toBe('by rsync');
});

test.skipIf(process.platform === 'win32')(
  'pipes and sockets are no objects, and reading them does not block',
  async () => {
    const root = await tempFolder();
    await promisify(execFile)('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const store = fsStore(root);
    for (const key of ['pipe', 'socket']) {
      await failureOf(store.get(key), 'NOT_FOUND');
      expect(await store.stat(key)).toBeUndefined();
      await failureOf(store.createIfAbsent(key, patternBytes(1)), 'KEY_CONFLICT');
      await store.delete(key);
    }
    expect(await keysOf(store)).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
  },
);
