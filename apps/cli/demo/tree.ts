import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What one entry of a tree is. */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'link';
  readonly size: number;
  /** Everything that has to come back: kind, mode, time in microseconds, and the SHA-256 of the content. */
  readonly fingerprint: string;
}

/** A tree by path, `/`-joined and relative to its folder, in no particular order. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** Node sets times with the precision of a double, so they come back within a microsecond. */
function timeOf(stats: BigIntStats): string {
  return String((stats.mtimeNs + 500n) / 1000n);
}

function readEntry(path: string): TreeEntry {
  const stats = lstatSync(path, { bigint: true });
  const mode = (Number(stats.mode) & 0o7777).toString(8);
  if (stats.isSymbolicLink()) return { kind: 'link', size: 0, fingerprint: `link ${readlinkSync(path)}` };
  if (stats.isDirectory()) return { kind: 'folder', size: 0, fingerprint: `folder ${mode} ${timeOf(stats)}` };
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { kind: 'file', size: Number(stats.size), fingerprint: `file ${mode} ${timeOf(stats)} ${digest}` };
}

/** Reads every byte below `folder`. */
export function readTree(folder: string): Tree {
  const tree = new Map<string, TreeEntry>();
  const visit = (path: string): void => {
    const entry = readEntry(join(folder, path));
    tree.set(path, entry);
    if (entry.kind !== 'folder') return;
    for (const name of readdirSync(join(folder, path))) visit(path === '' ? name : `${path}/${name}`);
  };
  visit('');
  return tree;
}

/** Paths of the two trees that are not the same. Times may differ by a microsecond. */
export function differences(before: Tree, after: Tree): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => !sameFingerprint(before.get(path)?.fingerprint, after.get(path)?.fingerprint));
}

function sameFingerprint(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const [kindA, modeA, timeA, digestA] = a.split(' ');
  const [kindB, modeB, timeB, digestB] = b.split(' ');
  if (kindA !== kindB || kindA === 'link' || modeA !== modeB || digestA !== digestB) return false;
  return Math.abs(Number(timeA) - Number(timeB)) <= 1;
}

/** Number and bytes of the files. */
export function sizeOf(tree: Tree): { readonly files: number; readonly bytes: number } {
  const files = [...tree.values()].filter((entry) => entry.kind === 'file');
  return { files: files.length, bytes: files.reduce((sum, entry) => sum + entry.size, 0) };
}
