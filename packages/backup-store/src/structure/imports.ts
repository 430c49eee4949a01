/** `import … from 'x'`, `export … from 'x'`, `import('x')`, `require('x')`, `@import 'x'`, `@use 'x'`. */
const SPECIFIER =
  /(?:\b(?:import|export)\s[^'"`;]{0,2000}?\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|@(?:import|use|forward)\s+(?:url\()?)['"](\.{1,2}\/[^'"]{1,1000})['"]/g;
const SOURCE_FILE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|css|scss|less)$/;

/** Whether a file may import others. */
export const isSourceFile = (path: string): boolean => SOURCE_FILE.test(path);

/**
 * Relative paths that a source file imports, as written. Found by their form: one in a comment counts, too, and one that
 * is put together at run time does not.
 */
export function importsOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(SPECIFIER)].map(([, path = '']) => path))];
}
