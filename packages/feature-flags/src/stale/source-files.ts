import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { FlagError } from '../errors.ts';
import { type PathTest, pathTest } from './patterns.ts';

/** Endings of source text. */
const ENDINGS =
  'ts mts cts tsx js mjs cjs jsx vue svelte astro py go java kt kts scala groovy cs cshtml razor fs vb rb erb php swift rs dart ex exs html htm yaml yml';
const INCLUDED = ENDINGS.split(' ').map((ending) => `*.${ending}`);
/** What tools make or bring. */
const EXCLUDED = [
  'node_modules',
  '.git',
  'dist',
  'build',
  'vendor',
  'coverage',
  '.next',
  '.nuxt',
  '.venv',
  '__pycache__',
];

/** Which files are looked through. */
export interface SourceOptions {
  readonly folders: readonly string[];
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** Goes through folders, by name, and gives the files in them that hold source text. Links are not followed. @throws {FlagError} `UNREADABLE_SOURCES`. */
export async function* sourceFiles({
  folders,
  include = INCLUDED,
  exclude = [],
}: SourceOptions): AsyncIterable<string> {
  const [isWanted, isSkipped] = [pathTest(include), pathTest([...EXCLUDED, ...exclude])];
  const seen = new Set<string>();
  for (const folder of folders) {
    // What is named itself is wanted, whatever its ending.
    for await (const file of (await isFile(folder)) ? [folder] : filesBelow(folder, { isWanted, isSkipped })) {
      if (!seen.has(resolve(file))) yield file;
      seen.add(resolve(file));
    }
  }
}

async function* filesBelow(
  folder: string,
  { isWanted, isSkipped }: { readonly isWanted: PathTest; readonly isSkipped: PathTest },
): AsyncIterable<string> {
  // The last one is next.
  const open = [''];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    const inside: string[] = [];
    for (const entry of await entriesOf(join(folder, below))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const place = { name: entry.name, path, absolute: resolve(folder, path).replaceAll(sep, '/') };
      if (isSkipped(place)) continue;
      if (entry.isDirectory()) inside.push(path);
      else if (entry.isFile() && isWanted(place)) yield join(folder, path);
    }
    open.push(...inside.toReversed());
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

/** The error of code that can't be read: what is not in the rest of it may be there. */
export function unreadable(path: string, cause: unknown): FlagError {
  const { code = 'an error' } = cause as NodeJS.ErrnoException;
  return new FlagError('UNREADABLE_SOURCES', `Expected source text in ${path}, got ${code}`, {
    cause,
    hint: 'Check the path, and that you may read it; or leave it out with `exclude`.',
  });
}
