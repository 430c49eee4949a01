import { isWithin } from '../catalog/path-order.ts';
import { BackupError } from '../errors.ts';
import type { BackupSource } from '../source/contract.ts';
import type { SourceRoot } from './source-roots.ts';

const KIND = /^[a-z][a-z0-9-]{0,31}$/;
const MAX_SEGMENT = 255;
const MAX_PATH = 4096;

/** The identity of a source that is no file or folder; no absolute path looks like it. */
export const streamRoot = ({ kind, name }: Pick<BackupSource, 'kind' | 'name'>): string => `${kind}:${name}`;

/** Whether this can be a path below a restore folder. */
export function isPlainPath(path: string): boolean {
  const isPlain = (segment: string): boolean =>
    segment !== '' && segment !== '.' && segment !== '..' && Buffer.byteLength(segment) <= MAX_SEGMENT;
  // Text with half a surrogate pair has no UTF-8.
  return (
    path.length <= MAX_PATH &&
    !path.includes('\0') &&
    path.isWellFormed() &&
    path.split('/').every((each) => isPlain(each))
  );
}

/**
 * Checks what sources say of themselves, before anything is read.
 *
 * @throws {BackupError} `INVALID_OPTION` for a kind or name that can't be, and for two that would come back at the same place.
 */
export function checkSources(sources: readonly BackupSource[], roots: readonly SourceRoot[]): void {
  const taken = roots.map(({ path }) => path);
  for (const { kind, name } of sources) {
    if (!KIND.test(kind) || kind === 'directory') {
      throw new BackupError(
        'INVALID_OPTION',
        `Expected a kind of source of small letters, digits and "-" that is not "directory", got ${JSON.stringify(kind)}`,
      );
    }
    if (!isPlainPath(name)) {
      throw new BackupError(
        'INVALID_OPTION',
        `Expected a relative path without "." and ".." as the name of a source, got ${JSON.stringify(name)}`,
        { hint: 'It says where the source comes back below a restore folder.' },
      );
    }
    const path = Buffer.from(name);
    const other = taken.find((each) => isWithin(each, path) || isWithin(path, each));
    if (other !== undefined) {
      throw new BackupError(
        'INVALID_OPTION',
        `Expected sources that come back at different places, got "${name}" and "${other.toString('utf8')}"`,
        { hint: 'Give the source another name.' },
      );
    }
    taken.push(path);
  }
}
