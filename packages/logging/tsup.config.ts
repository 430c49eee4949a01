import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm'],
  target: 'es2024',
  platform: 'node',
  // tsup would cut the prefix, which node:sqlite can't do without.
  removeNodeProtocol: false,
  dts: true,
  sourcemap: true,
  clean: true,
});
