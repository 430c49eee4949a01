import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'file/index': 'src/file/index.ts',
    guard: 'src/guard/index.ts',
    import: 'src/import/index.ts',
    stored: 'src/stored/index.ts',
    signed: 'src/signed/index.ts',
    legacy: 'src/legacy/index.ts',
    openfeature: 'src/openfeature/index.ts',
    stale: 'src/stale/index.ts',
  },
  format: ['esm'],
  target: 'es2024',
  platform: 'neutral',
  dts: true,
  sourcemap: true,
  clean: true,
});
