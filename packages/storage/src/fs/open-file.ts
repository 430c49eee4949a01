import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { fullJitter } from '../backoff.ts';
import { sleep } from '../clock.ts';
import { systemRandom } from '../random.ts';
import { isExhausted } from './errors.ts';

const ATTEMPTS = 10;
const BACKOFF = { baseMs: 4, capMs: 500, random: systemRandom };

/** How to open a file; as `open(2)`. */
export interface Opening {
  readonly flags: string | number;
  readonly mode?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a file, and waits a while (some two seconds in all) for descriptors to become free when there are none. */
export async function openFile(path: string, { flags, mode, signal }: Opening): Promise<FileHandle> {
  return patiently(() => open(path, flags, mode), signal);
}

/** Runs `call` again, after a growing wait, as long as it fails for want of file descriptors. */
export async function patiently<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!isExhausted(error) || attempt >= ATTEMPTS) throw error;
    }
    await sleep(fullJitter(attempt, BACKOFF), signal);
  }
}
