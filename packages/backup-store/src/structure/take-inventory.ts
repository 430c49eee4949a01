import { isAbsolute, posix } from 'node:path';
import { BackupError } from '../errors.ts';
import { readComponents } from './components.ts';
import type { StructureFile, StructureInventory, StructurePart, StructureParts } from './contract.ts';
import { FileTree, together } from './files.ts';
import { isSourceFile } from './imports.ts';
import { readLocales } from './locales.ts';

/** The parts, in the order in which they are listed. */
export const PARTS: readonly StructurePart[] = ['components', 'styles', 'i18n', 'migrations'];

/**
 * Looks at what a structure is made of. Reads files only, and runs nothing.
 *
 * @throws {BackupError} `INVALID_OPTION`, `PATH_FAILED`, `INVENTORY_FAILED`, `ABORTED`.
 */
export async function takeInventory(
  root: string,
  parts: StructureParts,
  signal?: AbortSignal,
): Promise<StructureInventory> {
  checkParts(parts);
  const tree = new FileTree(root, { signal, wants: (path) => path.endsWith('.json') || isSourceFile(path) });
  return {
    components: await readComponents(tree, parts.components ?? []),
    styles: await readFiles(tree, parts.styles ?? []),
    i18n: await readLocales(tree, parts.i18n ?? []),
    migrations: await readFiles(tree, parts.migrations ?? []),
  };
}

/** @throws {BackupError} `INVALID_OPTION`. */
export function checkParts(parts: StructureParts): void {
  const paths = PARTS.flatMap((part) => parts[part] ?? []);
  if (paths.length === 0) {
    throw new BackupError('INVALID_OPTION', 'Expected at least one path of a part, got none', {
      hint: `Parts are ${PARTS.join(', ')}.`,
    });
  }
  for (const path of paths) {
    const normal = posix.normalize(path);
    if (path === '' || isAbsolute(path) || normal !== path || normal === '..' || normal.startsWith('../')) {
      throw new BackupError('INVALID_OPTION', `Expected a path below the root such as src/components, got "${path}"`, {
        hint: 'Paths are relative to the root of the structure, `/`-joined, without `..`, and end without `/`.',
      });
    }
  }
}

async function readFiles(tree: FileTree, paths: readonly string[]): Promise<readonly StructureFile[]> {
  const files: StructureFile[] = [];
  for (const path of paths) for (const file of await tree.read(path)) files.push(together(file.path, [file]));
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
