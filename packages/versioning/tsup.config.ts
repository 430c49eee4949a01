import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', deploy: 'src/deploy/index.ts', migrate: 'src/migrate/index.ts' },
  format: ['esm'],
  target: 'es2024',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
