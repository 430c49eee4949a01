import { closeSync, constants, fstatSync, openSync } from 'node:fs';

import type { BlobRef } from '../catalog/entry.ts';
import type { Cutter } from '../chunker/cut.ts';
import type { FileJob, FileOutcome, FileState } from './file-jobs.ts';
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
  seal(job: FileJob): FileOutcome {
    let fd: number;
    try {
      fd = openSync(job.path, OPEN_FLAGS);
    } catch (error) {
      return failed(error);
    }
    try {
      return job.pieces === undefined ? this.#whole(fd, job) : this.#pieces(fd, job.pieces);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      return failed(error);
    } finally {
      closeSync(fd);
    }
  }

  /** A file that changes while it is read is read once more; then it is kept as it is and marked. */
  #whole(fd: number, job: FileJob): FileOutcome {
    const newBefore = this.#frames.bytesNew;
    let expected: FileState = { ...job, mode: -1 };
    let content = this.#read(fd, job.size);
    let now = stateOf(fd);
    let torn = !sameState(expected, now, content);
    if (torn) {
      expected = now;
      content = this.#read(fd, now.size);
      now = stateOf(fd);
      torn = !sameState(expected, now, content);
    }
    const size = sizeOf(content);
    const changed = expected.mode !== -1 || size !== job.size;
    return {
      ok: true,
      content,
      torn,
      bytesNew: this.#frames.bytesNew - newBefore,
      now: changed ? { ...now, size } : undefined,
    };
  }

  #read(fd: number, size: number): BlobRef[] {
    return size <= this.#cutter.sizes.min ? this.#readSmall(fd, size) : this.#readLarge(fd);
  }

  #readSmall(fd: number, size: number): BlobRef[] {
    // One byte more than expected shows a file that has grown, without another call.
    const room = this.#frames.room(size + 1);
    const got = readFully(fd, room, 0);
    if (got > size) return this.#readLarge(fd);
    return got === 0 ? [] : [this.#frames.add(room.subarray(0, got))];
  }

  #readLarge(fd: number): BlobRef[] {
    this.#window ??= fileWindow(this.#cutter);
    const content: BlobRef[] = [];
    for (const chunk of chunksOf(fd, this.#window, this.#cutter)) content.push(this.#frames.add(chunk));
    return content;
  }

  #pieces(fd: number, pieces: { readonly offset: number; readonly lengths: readonly number[] }): FileOutcome {
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

function sameState(before: FileState, after: FileState, content: readonly BlobRef[]): boolean {
  return (
    before.mtimeNs === after.mtimeNs &&
    before.ctimeNs === after.ctimeNs &&
    before.size === after.size &&
    sizeOf(content) === after.size
  );
}

function failed(error: unknown): FileOutcome {
  const { code, message } = error as NodeJS.ErrnoException;
  return { ok: false, code: code ?? 'EIO', message };
}
