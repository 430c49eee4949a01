import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from './tree.ts';

/** Paths that a diff has to name after {@link editTree}, and no others. */
export interface Edits {
  readonly content: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Every n-th of the paths. */
function sample(paths: readonly string[], count: number, offset: number): readonly string[] {
  const step = Math.max(1, Math.floor(paths.length / count));
  return paths.filter((_, index) => index % step === offset % step).slice(0, count);
}

function writable(path: string): string {
  chmodSync(path, 0o644);
  return path;
}

/**
 * Edits a tree as people do: appends to files, inserts a byte at the start of the largest one, deletes, adds, and
 * renames the folder `renamed`.
 */
export function editTree(folder: string, tree: Tree, renamed: string): Edits {
  const inside = (path: string): boolean => path === renamed || path.startsWith(`${renamed}/`);
  const files = [...tree].filter(([path, entry]) => entry.kind === 'file' && !inside(path));
  const largest = files.toSorted(([, a], [, b]) => b.size - a.size)[0]?.[0] ?? '';
  const small = files.filter(([path, { size }]) => path !== largest && size < 100_000).map(([path]) => path);
  const appended = sample(small, 100, 3);
  const deleted = sample(small, 20, 1).filter((path) => !appended.includes(path));
  for (const path of appended) appendFileSync(writable(join(folder, path)), '\n// edited\n');
  const large = writable(join(folder, largest));
  writeFileSync(large, Buffer.concat([Buffer.from('!'), readFileSync(large)]));
  for (const path of deleted) rmSync(join(folder, path));
  mkdirSync(join(folder, 'new'));
  const created = ['a', 'b', 'c'].map((name) => `new/${name}.txt`);
  for (const path of created) writeFileSync(join(folder, path), `${path}\n`.repeat(1000));
  const moved = [...tree.keys()].filter(inside);
  if (moved.length > 0) renameSync(join(folder, renamed), join(folder, `${renamed}-renamed`));
  return {
    content: [...appended, largest],
    added: ['new', ...created, ...moved.map((path) => path.replace(renamed, `${renamed}-renamed`))],
    removed: [...deleted, ...moved],
  };
}
