import type { BigIntStats, Stats } from 'node:fs';
import type { EntryKind } from '../catalog/entry.ts';

/** The kind of an entry from its `lstat`. */
export function kindOf(stats: BigIntStats | Stats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() ? 'block-device' : 'char-device';
}
