import { defineConfig } from 'tsup';

export default defineConfig({
  // The worker stays in dist/ itself, where `new URL('./worker.js', import.meta.url)` of any chunk finds it.
  entry: {
    index: 'src/index.ts',
    analyze: 'src/analyze/index.ts',
    worker: 'src/threads/worker.ts',
    command: 'src/command/index.ts',
    mysql: 'src/mysql/index.ts',
    merge: 'src/merge/index.ts',
    postgres: 'src/postgres/index.ts',
    records: 'src/records/index.ts',
    validate: 'src/validate/index.ts',
    sqlite: 'src/sqlite/index.ts',
    zip: 'src/archive/index.ts',
    redis: 'src/redis/index.ts',
    structure: 'src/structure/index.ts',
    testing: 'src/testing/index.ts',
  },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
