import { fsStore } from '../../../src/fs/fs-store.ts';

// Writes half an object, says so, and waits to be killed.
const [root = '', links = 'auto'] = process.argv.slice(2);
const store = fsStore(root, { links: links === 'never' ? 'never' : 'auto' });

async function* body(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(300_000);
  process.stdout.write('half\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}

await store.createIfAbsent('a/b', body());
