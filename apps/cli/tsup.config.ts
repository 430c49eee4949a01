import { defineConfig, type Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * Loads the modules of Node when the code that uses them runs, instead of when the bundle is linked.
 *
 * An ES module with `import { zstdCompress } from 'node:zlib'` does not even start on a Node whose zlib has no
 * such export; this way it starts, and says which Node it needs. It also keeps start-up from loading what a
 * command never uses.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, namespace }) => {
      // The stand-in itself requires the real thing.
      return namespace === 'lazy-builtin' ? { path, external: true } : { path, namespace: 'lazy-builtin' };
    });
    build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

const banner = `#!/usr/bin/env node
import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url);`;

export default defineConfig({
  entry: { holdfast: 'src/main.ts', worker: 'src/compose/worker.ts' },
  format: ['esm'],
  // What an old Node parses too, so that it gets as far as the sentence that says it is too old.
  target: 'es2022',
  platform: 'node',
  dts: false,
  sourcemap: false,
  clean: true,
  splitting: false,
  noExternal: [/.*/],
  // The plugin sees `node:` modules; tsup would cut the prefix, which node:sqlite can't do without.
  removeNodeProtocol: false,
  esbuildPlugins: [lazyBuiltins],
  esbuildOptions(options) {
    // Straight from the sources of the other packages: what nobody uses falls out function by function.
    options.conditions = ['source'];
  },
  banner: { js: banner },
});
