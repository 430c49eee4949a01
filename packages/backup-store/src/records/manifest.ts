import { BackupError } from '../errors.ts';
import type { SourceDetail } from '../source/contract.ts';

/** Name of the file that says what a module is made of. */
export const MANIFEST = 'module.json';
/** Bytes of a manifest that are read. */
const MAX_BYTES = 64 * 1024 * 1024;

const MODULE_NAME = /^[a-z0-9_-][a-z0-9_.-]{0,63}$/;
const FILE_NAME = /^\d{6,12}\.jsonl$/;

/** A file of lines, ordered by the bytes of their ids. */
export interface SegmentFile {
  readonly file: string;
  /** Lines of records. */
  readonly records: number;
  /** Lines of deleted ones. */
  readonly deleted: number;
  readonly bytes: number;
  readonly first: string;
  readonly last: string;
  /** Hex. */
  readonly sha256: string;
}

/** Files one behind the other in the order of ids: one list of lines. */
export type Segment = readonly SegmentFile[];

/** What is known of a module in a snapshot: `module.json`. Times are milliseconds since 1970. */
export interface ModuleManifest {
  readonly format: 'holdfast-records';
  readonly version: 0;
  readonly module: string;
  /** Whether this snapshot asked for all records, or for changes only. */
  readonly reading: 'all' | 'changed';
  /** Records that the module gave for this snapshot. */
  readonly read: number;
  /** Records in all; absent where that is not known without reading them. */
  readonly records?: number | undefined;
  /** `unknown`: some of the records may have been deleted since everything was read. */
  readonly deletes: 'known' | 'unknown';
  /** Deleted ones are listed as far as they were deleted at this moment or later. */
  readonly deletedSince: number;
  /** What the next reading asks for. */
  readonly changesSince: number;
  /** The newest `updatedAt` that was seen. */
  readonly newest?: number | undefined;
  readonly schema?: SourceDetail | undefined;
  /** Oldest first. Of lines with the same id, that of the newest counts. */
  readonly segments: readonly Segment[];
}

/** @throws {BackupError} `INVALID_OPTION`. */
export function checkModuleName(name: string): void {
  if (MODULE_NAME.test(name)) return;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected a name of a module of small letters, digits, "-", "_" and ".", at most 64, got ${JSON.stringify(name)}`,
  );
}

/** As it is stored: with line breaks, for people. */
export function encodeManifest(manifest: ModuleManifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
}

/** Reads a manifest and checks it. @throws {BackupError} `OBJECT_INVALID`, `UNSUPPORTED_FORMAT`. */
export async function readManifest(content: AsyncIterable<Uint8Array>, path: string): Promise<ModuleManifest> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > MAX_BYTES) throw invalid(path, `at most ${MAX_BYTES} bytes`);
    pieces.push(Uint8Array.from(piece));
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch (cause) {
    throw invalid(path, 'JSON', cause);
  }
  return checkManifest(value, path);
}

function checkManifest(value: unknown, path: string): ModuleManifest {
  const manifest = (value ?? {}) as ModuleManifest;
  if (manifest.format !== 'holdfast-records') throw invalid(path, 'a module of records');
  if (manifest.version !== 0) {
    throw new BackupError(
      'UNSUPPORTED_FORMAT',
      `Expected records of version 0 in ${path}, got ${String(manifest.version)}`,
      { hint: 'A newer version of this program has written them: use that to read them.' },
    );
  }
  const { deletes, reading, changesSince, deletedSince, segments } = manifest;
  const isPlain =
    (deletes === 'known' || deletes === 'unknown') &&
    (reading === 'all' || reading === 'changed') &&
    [changesSince, deletedSince, manifest.read].every((each) => Number.isSafeInteger(each)) &&
    Array.isArray(segments) &&
    segments.every((segment) => Array.isArray(segment) && segment.length > 0 && segment.every((file) => isFile(file)));
  if (!isPlain) throw invalid(path, 'a module of records');
  return manifest;
}

function isFile(value: unknown): boolean {
  const { file, records, deleted, bytes, first, last, sha256 } = (value ?? {}) as Partial<SegmentFile>;
  return (
    [file, first, last, sha256].every((each) => typeof each === 'string') &&
    [records, deleted, bytes].every((each) => Number.isSafeInteger(each) && (each as number) >= 0) &&
    FILE_NAME.test(file as string)
  );
}

function invalid(path: string, expected: string, cause?: unknown): BackupError {
  return new BackupError('OBJECT_INVALID', `Expected ${path} to be ${expected}, got something else`, { cause });
}

/** Name of the file with this number. */
export const fileName = (number: number): string => `${String(number).padStart(6, '0')}.jsonl`;

/** A number above those of all files. */
export function nextNumber(segments: readonly Segment[]): number {
  return 1 + segments.flat().reduce((most, { file }) => Math.max(most, Number.parseInt(file, 10)), 0);
}
