import { posix } from 'node:path';
import type { StructureLocale } from './contract.ts';
import { type FileTree, jsonIn, type ReadFile, together } from './files.ts';

const MAX_MISSING = 100;

/** Languages below some folders: `pt-BR.json`, or `pt-BR/*.json`. */
export async function readLocales(tree: FileTree, paths: readonly string[]): Promise<readonly StructureLocale[]> {
  const found: { readonly path: string; readonly files: readonly ReadFile[]; readonly keys: ReadonlySet<string> }[] =
    [];
  for (const path of paths) {
    for (const child of await tree.children(path)) {
      const files = await tree.read(child.path);
      const keys = new Set(files.flatMap((file) => keysOf(file, child.path)));
      if (files.length > 0) found.push({ path: child.path, files, keys });
    }
  }
  const all = new Set(found.flatMap(({ keys }) => [...keys]));
  return found
    .map(({ path, files, keys }) => ({
      locale: posix.basename(path).replace(/\.json$/, ''),
      ...together(path, files),
      keys: keys.size,
      missing: [...all]
        .filter((key) => !keys.has(key))
        .toSorted()
        .slice(0, MAX_MISSING),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Keys of a JSON file, nested ones joined by dots; those of a folder's files begin with the file's name. */
function keysOf(file: ReadFile, folder: string): readonly string[] {
  if (file.content === undefined || !file.path.endsWith('.json')) return [];
  const keys: string[] = [];
  const waiting: [string, unknown][] = [
    [
      file.path === folder ? '' : file.path.slice(folder.length + 1).replace(/\.json$/, ''),
      jsonIn(file.path, file.content),
    ],
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [key, value] = next;
    if (value === null || typeof value !== 'object') keys.push(key);
    else for (const [name, inner] of Object.entries(value)) waiting.push([key === '' ? name : `${key}.${name}`, inner]);
  }
  return keys;
}
