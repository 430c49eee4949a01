import { type FileHandle, open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { basename } from 'node:path';
import { codeOf } from '../../errors.ts';
import type { EntryProblem } from '../../repository/run-contract.ts';
import { displayPath } from '../../run/display-path.ts';
import type { Content } from '../../content/kind.ts';
import { HEAD_BYTES, sniff } from '../../content/sniff.ts';
import type { Frame, Piece } from './frames.ts';

/** A piece as it was read. */
export interface ReadPiece {
  readonly file: number;
  readonly content: Content;
  readonly bytes: Buffer;
}

/** Not through a link, and not waiting for a pipe that has taken the place of a file. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function readAt(handle: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const into = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await handle.read(into, filled, bytes - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return into.subarray(0, filled);
}

async function readPiece({ file, from, bytes }: Piece, path: Buffer): Promise<ReadPiece> {
  const handle = await open(path, FLAGS);
  try {
    const read = await readAt(handle, from, bytes);
    const head = from === 0 ? read.subarray(0, HEAD_BYTES) : await readAt(handle, 0, HEAD_BYTES);
    return { file, content: sniff(head, basename(path.toString('latin1'))), bytes: read };
  } finally {
    await handle.close();
  }
}

/** Reads the pieces of a frame; what can't be read is a problem, and the frame is without it. */
export async function readFrame(
  frame: Frame,
  paths: readonly string[],
  problem: (problem: EntryProblem) => void,
): Promise<readonly ReadPiece[]> {
  const pieces: ReadPiece[] = [];
  for (const piece of frame.pieces) {
    const path = Buffer.from(paths[piece.file] as string, 'latin1');
    try {
      pieces.push(await readPiece(piece, path));
    } catch (error) {
      problem({ ...displayPath(path), code: codeOf(error), message: (error as Error).message });
    }
  }
  return pieces;
}
