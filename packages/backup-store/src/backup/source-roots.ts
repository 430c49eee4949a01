import { normalize, resolve, sep } from 'node:path';

import { isWithin } from '../catalog/path-order.ts';
import { BackupError } from '../errors.ts';

/** A path to back up. */
export interface SourceRoot {
  /** Absolute. */
  readonly root: Buffer;
  /** Where it comes back below a restore folder: as given, without leading slash and without `..`. */
  readonly path: Buffer;
}

/**
 * Makes given paths absolute, those that are relative below `base`. A path below another one given is dropped: it is in there already. Paths that would
 * come back at or below the same place (`a` and `../a`) come back under their absolute paths instead.
 *
 * @throws {BackupError} `INVALID_OPTION` when there is no path or an empty one.
 */
export function sourceRoots(paths: readonly string[], base: string = process.cwd()): SourceRoot[] {
  if (paths.length === 0 || paths.includes('')) {
    throw new BackupError('INVALID_OPTION', 'Expected at least one path to back up, and no empty ones', {
      hint: 'Name files or folders.',
    });
  }
  const roots = paths.map((given): SourceRoot => ({
    root: Buffer.from(resolve(base, given)),
    path: Buffer.from(displayOf(given)),
  }));
  const outermost = roots.filter(
    (each, i) =>
      !roots.some((other, j) => i !== j && isWithin(each.root, other.root) && (!each.root.equals(other.root) || j < i)),
  );
  const meets = (a: SourceRoot, b: SourceRoot): boolean =>
    a !== b && (isWithin(a.path, b.path) || isWithin(b.path, a.path));
  if (!outermost.some((a) => outermost.some((b) => meets(a, b)))) return outermost;
  return outermost.map(({ root }) => ({ root, path: Buffer.from(displayOf(root.toString('utf8'))) }));
}

function displayOf(given: string): string {
  const parts = normalize(given)
    .split(sep)
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  // A drive letter is no name for a folder.
  return parts.map((part, i) => (i === 0 ? part.replace(/^([A-Za-z]):$/, '$1') : part)).join('/');
}
