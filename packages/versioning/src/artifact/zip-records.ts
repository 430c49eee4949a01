import type { ZipRecord } from '@x/integrity/archive';
import type { ArtifactEntry } from './model.ts';

const FILE_MODE = 0o100_644;
const EXECUTABLE_MODE = 0o100_755;
const DIRECTORY_MODE = 0o040_755;

/** What is written of an entry: nothing that depends on more than its path, kind, size, content and executable bit. */
export function recordOf(
  { path, kind, executable, size }: ArtifactEntry,
  { crc32, offset }: { readonly crc32: number; readonly offset: number },
): ZipRecord {
  if (kind === 'directory') return { name: `${path}/`, mode: DIRECTORY_MODE, size, crc32, offset };
  return { name: path, mode: executable ? EXECUTABLE_MODE : FILE_MODE, size, crc32, offset };
}
