import { normalize, resolve, sep } from 'node:path';

import { isWithin } from '../catalog/path-order.ts';
import { BackupError } from '../errors.ts';

/** A path to back up. */
export interface SourceRoot {
  /** Absolute. */
  readonly root: Buffer;
  /** Where it comes back below a restore folder: as given, without leading slash and without `..`. */
  readonly path: Buffer;
  readonly module?: string | undefined;
  /** Globs of what to leave out of this one only. */
  readonly exclude?: readonly string[] | undefined;
}

/** A path as it was given. */
export interface GivenPath extends Pick<SourceRoot, 'module' | 'exclude'> {
  readonly path: string;
}

/**
 * Makes given paths absolute, those that are relative below `base`. A path below another one given is dropped: it is in there already. Paths that would
 * come back at or below the same place (`a` and `../a`) come back under their absolute paths instead.
 *
 * @throws {BackupError} `INVALID_OPTION` when there is no path or an empty one, and for a path that is within one of another module.
 */
export function sourceRoots(paths: readonly GivenPath[], base: string = process.cwd()): SourceRoot[] {
  if (paths.length === 0 || paths.some(({ path }) => path === '')) {
    throw new BackupError('INVALID_OPTION', 'Expected at least one path to back up, and no empty ones', {
      hint: 'Name files or folders.',
    });
  }
  const roots = paths.map(({ path, ...more }): SourceRoot => ({
    ...more,
    root: Buffer.from(resolve(base, path)),
    path: Buffer.from(displayOf(path)),
  }));
  refuseShared(roots);
  const outermost = roots.filter(
    (each, i) =>
      !roots.some((other, j) => i !== j && isWithin(each.root, other.root) && (!each.root.equals(other.root) || j < i)),
  );
  const meets = (a: SourceRoot, b: SourceRoot): boolean =>
    a !== b && (isWithin(a.path, b.path) || isWithin(b.path, a.path));
  if (!outermost.some((a) => outermost.some((b) => meets(a, b)))) return outermost;
  return outermost.map((each) => ({ ...each, path: Buffer.from(displayOf(each.root.toString('utf8'))) }));
}

/** @throws {BackupError} `INVALID_OPTION`: what is read once belongs to one module. */
function refuseShared(roots: readonly SourceRoot[]): void {
  for (const inner of roots) {
    const outer = roots.find((each) => each.module !== inner.module && isWithin(inner.root, each.root));
    if (outer === undefined) continue;
    const of = ({ root, module }: SourceRoot): string =>
      `${root.toString('utf8')} of ${module === undefined ? 'no module' : `the module "${module}"`}`;
    throw new BackupError('INVALID_OPTION', `Expected modules of different paths, got ${of(inner)} in ${of(outer)}`, {
      hint: 'Give each path to one module only, and leave out what is above it.',
    });
  }
}

function displayOf(given: string): string {
  const parts = normalize(given)
    .split(sep)
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  // A drive letter is no name for a folder.
  return parts.map((part, i) => (i === 0 ? part.replace(/^([A-Za-z]):$/, '$1') : part)).join('/');
}
