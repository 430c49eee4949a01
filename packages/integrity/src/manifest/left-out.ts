import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyOf, type PathKey } from './entry-path.ts';
import type { TreeOptions } from './model.ts';

/** Which files are left out of a tree, and which entries count otherwise. */
export type LeftOutOptions = Pick<TreeOptions, 'include' | 'without'>;

/**
 * The predicate of a tree without the files of `without`. They are found whatever way their paths take to the directory:
 * through links, or as a link in it that leads to another file in it, which is left out as well.
 *
 * @param mayLeave Which of them may be left out. Default: all.
 */
export async function includeWithout(
  directory: string | URL,
  { include, without = [] }: LeftOutOptions,
  mayLeave: (key: PathKey) => boolean = () => true,
): Promise<TreeOptions['include']> {
  const left = new Set([...(await pathsIn(directory, without))].filter(mayLeave));
  if (left.size === 0) return include;
  return (entry) => !left.has(keyOf(entry)) && include?.(entry) !== false;
}

/** The paths that files have in a listing of a directory. Files that are elsewhere have none; what is no file yet has one too. */
export async function pathsIn(directory: string | URL, files: readonly string[]): Promise<ReadonlySet<PathKey>> {
  const keys = new Set<PathKey>();
  const root = await realOf(typeof directory === 'string' ? directory : fileURLToPath(directory));
  if (root === undefined) return keys;
  for (const file of files) {
    for (const place of await placesOf(file)) if (place.startsWith(`${root}/`)) keys.add(place.slice(root.length + 1));
  }
  return keys;
}

/** Where a file's name is and, if that is a link, what it leads to. */
async function placesOf(file: string): Promise<string[]> {
  const path = resolve(file);
  const [folder, target] = await Promise.all([realOf(dirname(path)), realOf(path)]);
  const places = folder === undefined ? [] : [`${folder}/${Buffer.from(basename(path), 'utf8').toString('latin1')}`];
  return target === undefined ? places : [...places, target];
}

/** A path without links as a byte string, parted by `/` and with none at its end; `undefined` where there is nothing. */
async function realOf(path: string): Promise<string | undefined> {
  try {
    const real = (await realpath(path, 'buffer')).toString('latin1');
    return (sep === '/' ? real : real.replaceAll(sep, '/')).replace(/\/$/, '');
  } catch {
    return undefined;
  }
}
