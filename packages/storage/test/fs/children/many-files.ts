import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { fsStore } from '../../../src/fs/fs-store.ts';
import { isStorageError } from '../../../src/errors.ts';
import { listAll, readObject } from '../../../src/reading.ts';

// Runs where few files can be open. Prints how many of many calls at the same time succeeded, and how one fails when none is ever free.
const [root = ''] = process.argv.slice(2);
const store = fsStore(root, { durable: false });
const keys = Array.from({ length: 200 }, (_, index) => `many/${index}`);
await Promise.all(keys.map((key) => store.createIfAbsent(key, new TextEncoder().encode(key))));
const read = await Promise.all(keys.map((key) => readObject(store, key)));
let listed = 0;
for await (const { size } of listAll(store, '')) listed += size > 0 ? 1 : 0;

const held: FileHandle[] = [];
let code = 'none';
try {
  for (;;) held.push(await open(root));
} catch {
  code = await store.get('many/1').then(
    () => 'answer',
    (error: unknown) => (isStorageError(error) && error.retryable ? error.code : String(error)),
  );
}
await Promise.all(held.map((file) => file.close()));
process.stdout.write(`${JSON.stringify({ read: read.length, listed, code })}\n`);
