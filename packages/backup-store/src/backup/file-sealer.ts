import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import type { BlobRef } from '../catalog/entry.ts';
import type { Cutter } from '../chunker/cut.ts';
import type { FileOutcome, FilePieces, FileState, FileTask } from './file-jobs.ts';
import { chunksOf, fileWindow, readFully } from './file-window.ts';
import type { FrameBuilder } from './frame-builder.ts';

const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads files, cuts them into blobs and hands these on. Synchronous: it has a thread of its own. */
export class FileSealer {
  readonly #frames: FrameBuilder;
  readonly #cutter: Cutter;
  /** Window over a large file: always a whole chunk ahead. Made when the first large file comes. */
  #window: Buffer | undefined;

  constructor(frames: FrameBuilder, cutter: Cutter) {
    this.#frames = frames;
    this.#cutter = cutter;
  }

  /** Never throws for what a file system may do: that is an outcome. */
  seal(task: FileTask): FileOutcome {
    let fd: number;
    try {
      fd = openSync(task.path, OPEN_FLAGS);
    } catch (error) {
      return failed(error);
    }
    try {
      return task.pieces === undefined ? this.#whole(fd, task) : this.#pieces(fd, task.pieces);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      return failed(error);
    } finally {
      closeSync(fd);
    }
  }

  /** A file that changes while it is read is read once more; then it is kept as it is and marked. */
  #whole(fd: number, task: FileTask): FileOutcome {
    const newBefore = this.#frames.bytesNew;
    const content = this.#read(fd, task.size);
    if (isAsScanned(fd, task, sizeOf(content))) {
      return { ok: true, content, torn: false, bytesNew: this.#frames.bytesNew - newBefore };
    }
    return this.#changed(fd, newBefore);
  }

  #changed(fd: number, newBefore: number): FileOutcome {
    const before = stateOf(fd);
    const content = this.#read(fd, before.size);
    const now = stateOf(fd);
    const size = sizeOf(content);
    const torn = !sameState(before, now) || size !== now.size;
    return { ok: true, content, torn, bytesNew: this.#frames.bytesNew - newBefore, now: { ...now, size } };
  }

  #read(fd: number, size: number): BlobRef[] {
    return size <= this.#cutter.sizes.min ? this.#readSmall(fd, size) : this.#readLarge(fd);
  }

  #readSmall(fd: number, size: number): BlobRef[] {
    // One byte more than expected shows a file that has grown, without another call.
    const room = this.#frames.room(size + 1);
    let got = readSync(fd, room, 0, size + 1, 0);
    if (got > 0 && got < size) got += readFully(fd, room.subarray(got), got);
    if (got > size) return this.#readLarge(fd);
    return got === 0 ? [] : [this.#frames.add(room.subarray(0, got))];
  }

  #readLarge(fd: number): BlobRef[] {
    this.#window ??= fileWindow(this.#cutter);
    const content: BlobRef[] = [];
    for (const chunk of chunksOf(fd, this.#window, this.#cutter)) content.push(this.#frames.add(chunk));
    return content;
  }

  #pieces(fd: number, pieces: FilePieces): FileOutcome {
    const newBefore = this.#frames.bytesNew;
    const window = (this.#window ??= fileWindow(this.#cutter));
    const content: BlobRef[] = [];
    let position = pieces.offset;
    for (const length of pieces.lengths) {
      const got = readFully(fd, window.subarray(0, length), position);
      if (got > 0) content.push(this.#frames.add(window.subarray(0, got)));
      if (got < length) break;
      position += length;
    }
    return { ok: true, content, torn: false, bytesNew: this.#frames.bytesNew - newBefore };
  }
}

function stateOf(fd: number): FileState {
  const stat = fstatSync(fd, { bigint: true });
  return { size: Number(stat.size), mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs, mode: Number(stat.mode & 0o7777n) };
}

const sizeOf = (content: readonly BlobRef[]): number => content.reduce((sum, blob) => sum + blob.length, 0);

function sameState(before: FileState, after: FileState): boolean {
  return before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs && before.size === after.size;
}

/** Whether the file is what the scan saw, and this many bytes of it were read. */
function isAsScanned(fd: number, { size, mtime, ctime }: FileTask, read: number): boolean {
  const stat = fstatSync(fd);
  return read === size && stat.size === size && sameTime(stat.mtimeMs, mtime) && sameTime(stat.ctimeMs, ctime);
}

/** Both are rounded; a file can't be looked at, written and looked at again within a microsecond. */
function sameTime(ms: number, ns: number): boolean {
  return Math.abs(ms * 1e6 - ns) <= Math.max(1000, Math.abs(ns) * 2 ** -50);
}

function failed(error: unknown): FileOutcome {
  const { code, message } = error as NodeJS.ErrnoException;
  return { ok: false, code: code ?? 'EIO', message };
}
