import { fileURLToPath } from 'node:url';

/** Where the bundle that tests run is built; a folder that git ignores, inside of this ES module package. */
export const BUNDLE: string = fileURLToPath(new URL('../../.cache/test/holdfast.js', import.meta.url));

/** Bundles the program from the sources as they are now: tests run what is shipped, and need no build before them. */
export async function setup(): Promise<void> {
  // Test files import this one for the place alone.
  const { build } = await import('tsup');
  const root = fileURLToPath(new URL('../..', import.meta.url));
  process.chdir(root);
  await build({ outDir: fileURLToPath(new URL('.', new URL(`file://${BUNDLE}`))), silent: true });
}
