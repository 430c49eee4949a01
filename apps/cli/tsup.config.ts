import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { holdfast: 'src/main.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  dts: false,
  sourcemap: false,
  clean: true,
  splitting: false,
  noExternal: [/.*/],
  banner: { js: '#!/usr/bin/env node' },
});
