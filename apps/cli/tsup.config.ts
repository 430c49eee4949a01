import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig, type Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * Loads the modules of Node when the code that uses them runs, instead of when the bundle is linked.
 *
 * An ES module with `import { zstdCompress } from 'node:zlib'` does not even start on a Node whose zlib has no
 * such export; this way it starts, and says which Node it needs. It also keeps start-up from loading what a
 * command never uses. Each name is taken by itself: a copy of all that a module exports takes milliseconds for each
 * module, and makes what Node itself makes late.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) => {
      // What is imported, or required, when it is needed is lazy already.
      return kind === 'import-statement'
        ? { path, namespace: 'lazy-builtin', sideEffects: false }
        : { path, external: true };
    });
    build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) => /^[a-z_$][\w$]*$/i.test(name));
      const taken = names.map((name) => `const _${name} = /* @__PURE__ */ take(${JSON.stringify(name)});`);
      const exported = names.map((name) => `_${name} as ${name}`);
      return {
        contents: `const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)});
          const take = (name) => whole[name];
          ${taken.join('\n')}
          export { whole as default, ${exported.filter((each) => !each.endsWith(' as default')).join(', ')} };`,
        loader: 'js',
      };
    });
  },
};

/** Its modules: what Node would load is CommonJS, of which a file of its own has no named exports. */
const yamlModules: Plugin = {
  name: 'yaml-modules',
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, ({ importer }) => {
      const folder = dirname(createRequire(importer).resolve('yaml/package.json'));
      return { path: join(folder, 'browser', 'index.js') };
    });
  },
};

/** Its fonts: it requires them by a function of its own when one is used, which no bundler follows. */
const pdfFonts: Plugin = {
  name: 'pdf-fonts',
  setup(build) {
    build.onLoad({ filter: /pdfkit\.node\.mjs$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('require$1(', 'require('),
      loader: 'js',
    }));
  },
};

const banner = `#!/usr/bin/env node
import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url);`;

const common: Options = {
  format: ['esm'],
  // What an old Node parses too, so that it gets as far as the sentence that says it is too old.
  target: 'es2022',
  platform: 'node',
  dts: false,
  sourcemap: false,
  noExternal: [/.*/],
  // The plugin sees `node:` modules; tsup would cut the prefix, which node:sqlite can't do without.
  removeNodeProtocol: false,
  esbuildPlugins: [lazyBuiltins, yamlModules, pdfFonts],
  esbuildOptions(options) {
    // Straight from the sources of the other packages: what nobody uses falls out function by function.
    options.conditions = ['source'];
    // What is loaded is read and parsed as a whole. Names stay, so that a trace says where it was.
    options.minifyWhitespace = true;
    options.minifySyntax = true;
    // One byte a character, which V8 need not decode.
    options.charset = 'ascii';
  },
  banner: { js: banner },
};

export default defineConfig([
  {
    ...common,
    entry: { holdfast: 'src/main.ts' },
    // What only some commands need has files of its own: a start parses a tenth of it all.
    splitting: true,
    // Both are built at the same time, and each cleans up after itself only.
    clean: ['!worker.js', '!keeper.js', '!onnx-child.js'],
  },
  // Threads begin with all that they need, from one file.
  { ...common, entry: { worker: 'src/compose/worker.ts' }, splitting: false, clean: false },
  // And so does what keeps a service running: it outlives the program that has started it.
  { ...common, entry: { keeper: 'src/compose/keeper.ts' }, splitting: false, clean: false },
  // And so does what loads models to test them.
  { ...common, entry: { 'onnx-child': 'src/compose/onnx-child.ts' }, splitting: false, clean: false },
]);
