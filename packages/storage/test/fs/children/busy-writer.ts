import { fsStore } from '../../../src/fs/fs-store.ts';
import { patternBytes, streamOf } from '../../../src/testing/bytes.ts';

// Writes objects as fast as it can until it is killed. Each tells its content by its key: `objects/<seed>`, of 100,000 + seed bytes.
const [root = '', first = '0'] = process.argv.slice(2);
const store = fsStore(root);
process.stdout.write('started\n');
for (let seed = Number(first); ; seed += 4) {
  await Promise.all(
    [0, 1, 2, 3].map((offset) => {
      const content = patternBytes(100_000 + seed + offset, seed + offset);
      return store.createIfAbsent(`objects/${seed + offset}`, streamOf(content, 30_000));
    }),
  );
}
