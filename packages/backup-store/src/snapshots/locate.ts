import { BackupError } from '../errors.ts';
import { isWithin } from '../catalog/path-order.ts';
import type { SnapshotRecord, SnapshotSource } from './record.ts';

const ROOT = Buffer.from('/');
const EMPTY = Buffer.alloc(0);

/** Bytes of a source's path in the snapshot. */
export const sourcePath = (source: SnapshotSource): Buffer =>
  source.pathBase64 === undefined ? Buffer.from(source.path) : Buffer.from(source.pathBase64, 'base64');

/** Bytes of a source's absolute root. */
export const sourceRoot = (source: SnapshotSource): Buffer =>
  source.rootBase64 === undefined ? Buffer.from(source.root) : Buffer.from(source.rootBase64, 'base64');

/** A part of a source: all that is within a path relative to its root. */
export interface SourcePart {
  readonly source: SnapshotSource;
  /** Empty: all of it. */
  readonly within: Buffer;
}

/**
 * Where a path of a snapshot is: a path as `ls` shows it, or the original absolute one. A folder above several
 * sources gives all of them.
 *
 * @throws {BackupError} `PATH_NOT_FOUND` when no source can hold it.
 */
export function locate(record: SnapshotRecord, path: string | undefined): SourcePart[] {
  if (path === undefined || path.replaceAll('/', '') === '')
    return record.sources.map((source) => ({ source, within: EMPTY }));
  const absolute = path.startsWith('/');
  const wanted = Buffer.from(
    absolute
      ? `/${path.split('/').filter(Boolean).join('/')}`
      : path
          .split('/')
          .filter((part) => part !== '' && part !== '.')
          .join('/'),
  );
  const parts = record.sources.flatMap((source) => {
    const bases = absolute ? [sourceRoot(source), Buffer.concat([ROOT, sourcePath(source)])] : [sourcePath(source)];
    return (
      bases
        .map((base) => partOf(source, base.equals(ROOT) ? EMPTY : base, wanted))
        .find((part) => part !== undefined) ?? []
    );
  });
  if (parts.length > 0) return parts;
  throw new BackupError('PATH_NOT_FOUND', `Expected ${path} in snapshot ${record.id.slice(0, 8)}, got none`, {
    hint: `It holds ${record.sources
      .map((source) => source.path || '/')
      .slice(0, 8)
      .join(', ')}.`,
  });
}

/** Paths that a restore is about; `undefined` among them: everything. */
export const pathsOf = ({
  path,
  paths,
}: {
  readonly path?: string | undefined;
  readonly paths?: readonly string[] | undefined;
}): readonly (string | undefined)[] => paths ?? [path];

/** Where several paths are; what is within another one's part is not there twice. @throws {BackupError} `PATH_NOT_FOUND`. */
export function locateAll(record: SnapshotRecord, paths: readonly (string | undefined)[]): SourcePart[] {
  const parts = paths.flatMap((path) => locate(record, path));
  return parts.filter(
    (part, position) =>
      !parts.some(
        (other, at) =>
          other.source === part.source &&
          isWithin(part.within, other.within) &&
          (at < position || !isWithin(other.within, part.within)) &&
          at !== position,
      ),
  );
}

/** What a source whose path is `base` holds of a path, if it can hold it. */
export function partOf(source: SnapshotSource, base: Buffer, wanted: Buffer): SourcePart | undefined {
  if (isWithin(base, wanted)) return { source, within: EMPTY };
  if (!isWithin(wanted, base)) return undefined;
  const rest = wanted.subarray(base.length);
  return { source, within: rest[0] === 47 ? rest.subarray(1) : rest };
}
