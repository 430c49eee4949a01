import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Options } from 'tsup';

/**
 * Where `x.browser.ts` stands beside `x.ts`, the browser build takes that. What is only in Node fails the build instead of
 * the page.
 */
export const browserFiles: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'browser-files',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const instead = resolve(resolveDir, path.replace(/\.ts$/, '.browser.ts'));
      return existsSync(instead) ? { path: instead } : undefined;
    });
    build.onResolve({ filter: /^node:/ }, ({ path, importer }) => ({
      errors: [{ text: `Browsers have no ${path}, which ${importer} imports: give that file a .browser.ts.` }],
    }));
  },
};
