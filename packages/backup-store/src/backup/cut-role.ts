import { closeSync, constants, openSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';

import { createCutter, type Cutter } from '../chunker/cut.ts';
import { type ChunkSizes, gearTable } from '../chunker/gear.ts';
import { Credits } from '../threads/credits.ts';
import type { ThreadLife } from '../threads/thread-life.ts';
import { chunksOf, windowBytes } from './file-window.ts';

/** Chunks of one job for the sealing threads add up to about this many bytes. */
const GROUP_BYTES = 8 * 1024 * 1024;

/** What the cutting thread starts with. */
export interface CutInit {
  readonly gearKey: Uint8Array;
  readonly chunks: ChunkSizes;
  readonly credits: SharedArrayBuffer;
  readonly creditBytes: number;
}

/** To the cutting thread: a file, or that the role is over. */
export type ToCutter = { readonly id: number; readonly path: Uint8Array } | 'rest';

/** From the cutting thread. */
export type FromCutter =
  | {
      readonly type: 'group';
      readonly id: number;
      readonly offset: number;
      readonly lengths: readonly number[];
      readonly bytes: number;
    }
  | { readonly type: 'end'; readonly id: number; readonly size: number }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string };

/**
 * Finds the chunks of large files, one file after the other, ahead of the threads that read, hash and compress
 * them: so all of these work on one file at the same time, and cuts are the same as for one thread.
 */
export function startCutting(port: MessagePort, init: CutInit, life: ThreadLife): void {
  // Most backups have no file for it.
  let cutter: Cutter | undefined;
  const credits = new Credits(init.credits, init.creditBytes);
  const post = (message: FromCutter): void => port.postMessage(message);
  const take = (asked: ToCutter): void => {
    if (asked === 'rest') {
      port.off('message', take);
      life.rest();
      return;
    }
    const { id, path } = asked;
    cutter ??= createCutter(gearTable(init.gearKey), init.chunks);
    const window = life.memory('window', windowBytes(cutter));
    let fd: number | undefined;
    try {
      fd = openSync(Buffer.from(path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
      let offset = 0;
      let lengths: number[] = [];
      let bytes = 0;
      const group = (): void => {
        credits.take(bytes);
        post({ type: 'group', id, offset, lengths, bytes });
        offset += bytes;
        bytes = 0;
        lengths = [];
      };
      for (const { length } of chunksOf(fd, window, cutter)) {
        lengths.push(length);
        bytes += length;
        if (bytes >= GROUP_BYTES) group();
      }
      if (bytes > 0) group();
      post({ type: 'end', id, size: offset });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      post({ type: 'failed', id, code: code ?? 'EIO', message });
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  };
  port.on('message', take);
}
