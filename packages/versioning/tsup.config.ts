import { defineConfig } from 'tsup';

export default defineConfig({
  // The keeper stays in dist/ itself, where `new URL('./keeper.js', import.meta.url)` of any chunk finds it.
  entry: {
    index: 'src/index.ts',
    deploy: 'src/deploy/index.ts',
    keeper: 'src/deploy/service/process/keeper.ts',
    migrate: 'src/migrate/index.ts',
  },
  format: ['esm'],
  target: 'es2024',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
