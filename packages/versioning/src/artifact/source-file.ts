import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isExecutable } from './chosen-files.ts';
import { codeOf, fileChanged, fileFailure } from './file-failure.ts';
import type { ArtifactEntry } from './model.ts';
import { type PiecePair, pieces } from './pieces.ts';

/** Not through a link that has taken the file's place, and without waiting for the other end of a pipe. Windows has neither flag. */
export const READ_FLAGS: number = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Files of up to this size are read at once, a few at a time. */
const SMALL_BYTES = 128 * 1024;

/**
 * The whole content of a small file; `undefined` for larger ones, which {@link withLargeFile} is for.
 *
 * @throws {VersioningError} `FILE_CHANGED` when it is not, or does not stay, what was planned; `READ_FAILED`.
 */
export async function smallContent(folder: string, entry: ArtifactEntry): Promise<Buffer | undefined> {
  if (entry.kind === 'directory') return Buffer.alloc(0);
  if (entry.size > SMALL_BYTES) return undefined;
  return withPlanned(folder, entry, async (file) => {
    const content = Buffer.allocUnsafe(entry.size);
    for (let length = 0; length < entry.size;) {
      const { bytesRead } = await file.read(content, length, entry.size - length, length);
      if (bytesRead === 0) throw fileChanged(entry.path);
      length += bytesRead;
    }
    return content;
  });
}

/** A large file that is open. */
export interface LargeFile {
  /** CRC-32 of its content, which stands before the content in an archive. */
  readonly crc32: number;
  /** Reads it once more, and checks it against the CRC-32. Each piece is valid only until the next is asked for. */
  content(): AsyncGenerator<Buffer>;
}

/**
 * Opens a planned file, reads it for its CRC-32, and hands it to `use`.
 *
 * @throws {VersioningError} `FILE_CHANGED` when it is not, or does not stay, what was planned; `READ_FAILED`.
 */
export async function withLargeFile<T>(
  { folder, entry, memory }: { readonly folder: string; readonly entry: ArtifactEntry; readonly memory: PiecePair },
  use: (large: LargeFile) => Promise<T>,
): Promise<T> {
  return withPlanned(folder, entry, async (file) => {
    const reader = { file, entry, memory };
    let expected = 0;
    for await (const piece of wholePieces(reader)) expected = crc32(piece, expected);
    return use({ crc32: expected, content: () => checkedPieces(reader, expected) });
  });
}

async function withPlanned<T>(folder: string, entry: ArtifactEntry, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const path = join(folder, entry.path);
  try {
    const file = await open(path, READ_FLAGS);
    try {
      const before = await file.stat({ bigint: true });
      if (!isPlanned(before, entry)) throw fileChanged(entry.path);
      const result = await use(file);
      if (!isSame(before, await file.stat({ bigint: true }))) throw fileChanged(entry.path);
      return result;
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (codeOf(cause) === 'ELOOP') throw fileChanged(entry.path);
    throw fileFailure('READ_FAILED', 'a file that can be read', { path, cause });
  }
}

interface Reader {
  readonly file: FileHandle;
  readonly entry: ArtifactEntry;
  readonly memory: PiecePair;
}

async function* checkedPieces(reader: Reader, expected: number): AsyncGenerator<Buffer> {
  let found = 0;
  for await (const piece of wholePieces(reader)) {
    found = crc32(piece, found);
    yield piece;
  }
  if (found !== expected) throw fileChanged(reader.entry.path);
}

/** As many bytes as planned. A file that grows faster than it is read has no end. */
async function* wholePieces({ file, entry, memory }: Reader): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const piece of pieces(file, memory)) {
    length += piece.length;
    if (length > entry.size) throw fileChanged(entry.path);
    yield piece;
  }
  if (length < entry.size) throw fileChanged(entry.path);
}

function isPlanned(stats: BigIntStats, { size, executable }: ArtifactEntry): boolean {
  const isRunnable = process.platform === 'win32' ? executable : isExecutable({ mode: Number(stats.mode) });
  return stats.isFile() && stats.size === BigInt(size) && isRunnable === executable;
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}
