import { fsStore } from '../../../src/fs/fs-store.ts';

// Waits for a line, then tries to create each of a row of keys, and prints those it won as JSON.
const [root = '', name = '', count = '0'] = process.argv.slice(2);
const store = fsStore(root, { durable: false });
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const keys = Array.from({ length: Number(count) }, (_, index) => `race/${index}`);
const outcomes = await Promise.all(
  keys.map((key) => store.createIfAbsent(key, new TextEncoder().encode(`${name} ${key}`.padEnd(20_000)))),
);
process.stdout.write(`${JSON.stringify(keys.filter((_, index) => outcomes[index]?.created))}\n`);
process.exit(0);
