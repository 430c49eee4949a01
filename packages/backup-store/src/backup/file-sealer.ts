import { basename } from 'node:path';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import type { BlobRef } from '../catalog/entry.ts';
import type { Cutter } from '../chunker/cut.ts';
import type { ContentKind } from '../content/kind.ts';
import { HEAD_BYTES, sniffStart } from '../content/sniff.ts';
import type { FileOutcome, FilePieces, FileState, FileTask } from './file-jobs.ts';
import { chunksOf, readFully, windowBytes } from './file-window.ts';
import type { FrameBuilder } from './frame-builder.ts';
import type { ThreadLife } from '../threads/thread-life.ts';

const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads files, cuts them into blobs and hands these on. Synchronous: it has a thread of its own. */
export class FileSealer {
  readonly #frames: FrameBuilder;
  readonly #cutter: Cutter;
  readonly #memory: ThreadLife['memory'];

  constructor(frames: FrameBuilder, cutter: Cutter, memory: ThreadLife['memory']) {
    this.#frames = frames;
    this.#cutter = cutter;
    this.#memory = memory;
  }

  /** Window over a large file: always a whole chunk ahead. Made when the first large file comes. */
  get #window(): Buffer {
    return this.#memory('window', windowBytes(this.#cutter));
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
      return task.pieces === undefined ? this.#whole(fd, task) : this.#pieces(fd, task, task.pieces);
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
    const content = this.#read(fd, task, task.size);
    if (isAsScanned(fd, task, sizeOf(content))) {
      return { ok: true, content, torn: false, bytesNew: this.#frames.bytesNew - newBefore };
    }
    return this.#changed(fd, task, newBefore);
  }

  #changed(fd: number, task: FileTask, newBefore: number): FileOutcome {
    const before = stateOf(fd);
    const content = this.#read(fd, task, before.size);
    const now = stateOf(fd);
    const size = sizeOf(content);
    const torn = !sameState(before, now) || size !== now.size;
    return { ok: true, content, torn, bytesNew: this.#frames.bytesNew - newBefore, now: { ...now, size } };
  }

  #read(fd: number, task: FileTask, size: number): BlobRef[] {
    return size <= this.#cutter.sizes.min ? this.#readSmall(fd, task, size) : this.#readLarge(fd, task);
  }

  #readSmall(fd: number, task: FileTask, size: number): BlobRef[] {
    // One byte more than expected shows a file that has grown, without another call.
    const room = this.#frames.room(size + 1);
    let got = readSync(fd, room, 0, size + 1, 0);
    if (got > 0 && got < size) got += readFully(fd, room.subarray(got), got);
    if (got > size) return this.#readLarge(fd, task);
    return got === 0 ? [] : [this.#frames.add(room.subarray(0, got))];
  }

  #readLarge(fd: number, task: FileTask): BlobRef[] {
    const window = this.#window;
    const content: BlobRef[] = [];
    let kind: ContentKind | undefined;
    for (const chunk of chunksOf(fd, window, this.#cutter)) {
      kind ??= sniffStart(chunk, nameOf(task));
      content.push(this.#frames.add(chunk, kind));
    }
    return content;
  }

  #pieces(fd: number, task: FileTask, pieces: FilePieces): FileOutcome {
    const newBefore = this.#frames.bytesNew;
    const window = this.#window;
    const content: BlobRef[] = [];
    // The same for all groups of a file, whichever thread has them.
    const head = window.subarray(0, readFully(fd, window.subarray(0, HEAD_BYTES), 0));
    const kind = sniffStart(head, nameOf(task));
    let position = pieces.offset;
    for (const length of pieces.lengths) {
      const got = readFully(fd, window.subarray(0, length), position);
      if (got > 0) content.push(this.#frames.add(window.subarray(0, got), kind));
      if (got < length) break;
      position += length;
    }
    return { ok: true, content, torn: false, bytesNew: this.#frames.bytesNew - newBefore };
  }
}

const nameOf = ({ path }: FileTask): string => basename(path.toString('latin1'));

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
