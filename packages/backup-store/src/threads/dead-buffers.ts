import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { readonly type: 'minor' | 'major'; readonly execution: 'sync' }) => void;

let collect: Collect | undefined | 'unknown' = 'unknown';

/** V8's own collector, which is normally not to be had. `undefined` where it can't be. */
function collector(): Collect | undefined {
  if (collect !== 'unknown') return collect;
  try {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  } catch {
    collect = undefined;
  }
  return collect;
}

/**
 * Counts bytes of buffers that are dropped, and has them freed now and then. Left alone, V8 lets each thread hold
 * 64 MiB of dead buffers before it looks, as they hardly show in its heap: with a few threads that is more memory
 * than all the rest. Ciphers and codecs of Node return a new buffer for each call, so this can't be had otherwise.
 */
export class DeadBuffers {
  readonly #limit: number;
  readonly #type: 'minor' | 'major';
  #bytes = 0;

  /** @param limit Bytes. @param type `minor` frees young buffers only and takes less than a millisecond. */
  constructor(limit: number, type: 'minor' | 'major') {
    this.#limit = limit;
    this.#type = type;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#limit) return;
    this.#bytes = 0;
    collector()?.({ type: this.#type, execution: 'sync' });
  }
}
