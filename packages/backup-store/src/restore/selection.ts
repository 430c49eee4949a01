import { BackupError } from '../errors.ts';
import { compileGlob, type Glob } from '../source/glob.ts';

/** Tells which entries a restore wants, by their paths in the snapshot. */
export interface Selection {
  /** Wanted itself. */
  readonly wants: (path: Uint8Array, isDirectory: boolean) => boolean;
  readonly everything: boolean;
}

/** @throws {BackupError} `INVALID_OPTION` for an empty pattern. */
export function selection(include: readonly string[] = [], exclude: readonly string[] = []): Selection {
  const compile = (pattern: string): Glob => {
    if (pattern === '') throw new BackupError('INVALID_OPTION', 'Expected a pattern, got an empty one');
    return compileGlob(pattern);
  };
  const included = include.map(compile);
  const excluded = exclude.map(compile);
  const covers = (globs: readonly Glob[], path: Uint8Array, isDirectory: boolean): boolean =>
    globs.some((glob) => glob.covers(path, isDirectory));
  return {
    everything: include.length === 0 && exclude.length === 0,
    wants: (path, isDirectory) =>
      (included.length === 0 || covers(included, path, isDirectory)) && !covers(excluded, path, isDirectory),
  };
}
