import { defineConfig } from 'tsup';
import { browserFiles } from './browser-files.ts';

export default defineConfig([
  {
    entry: { index: 'src/index.ts', archive: 'src/archive/index.ts' },
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    dts: true,
    sourcemap: true,
    // Both are built at the same time, and each cleans up after itself only.
    clean: ['!browser/**'],
  },
  {
    entry: { index: 'src/browser.ts' },
    outDir: 'dist/browser',
    format: ['esm'],
    target: 'es2023',
    platform: 'browser',
    removeNodeProtocol: false,
    esbuildPlugins: [browserFiles],
    dts: true,
    sourcemap: true,
    clean: true,
  },
]);
