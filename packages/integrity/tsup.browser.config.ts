import { defineConfig } from 'tsup';
import { browserFiles } from './browser-files.ts';

// Built after the rest, not beside it: cleaning up before it writes types, that takes these away, too.
export default defineConfig({
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
});
