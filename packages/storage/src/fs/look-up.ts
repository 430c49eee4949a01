import { setImmediate } from 'node:timers/promises';
import { monotonicClock } from '../clock.ts';
import type { ObjectInfo } from '../contract.ts';
import type { Folders } from './folders.ts';
import { statFile, statFileSync } from './reading.ts';

/** So many files are looked up one by one, to see how long that takes. */
const FEW = 16;
/** A local disk takes microseconds for a file. Longer than this for a few, and waiting for each would hold up everything else. */
const SLOW_MS = 2;
/** Others get a turn after this many. */
const TURN = 256;
/** So many files are looked up at once where it takes long; more would only queue for the system's few I/O threads. */
const LOOKUPS = 16;

/**
 * What is known of each object, in the order of `keys`; one that was deleted since is left out. To hand a call to another thread
 * and wait for it takes many times what the call itself takes on a local file system, so there it is simply made.
 */
export async function lookUp(
  keys: readonly string[],
  folders: Folders,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo[]> {
  const found: (ObjectInfo | undefined)[] = [];
  let sinceTurn = 0;
  while (found.length < keys.length) {
    signal?.throwIfAborted();
    const start = monotonicClock();
    for (const key of keys.slice(found.length, found.length + FEW)) {
      found.push(statFileSync(folders.pathOf(key), key));
    }
    sinceTurn += FEW;
    if (monotonicClock() - start > SLOW_MS) {
      found.push(...(await lookUpAtOnce(keys.slice(found.length, found.length + TURN), folders, signal)));
      sinceTurn = 0;
    } else if (sinceTurn >= TURN) {
      await setImmediate();
      sinceTurn = 0;
    }
  }
  return found.filter((info) => info !== undefined);
}

async function lookUpAtOnce(
  keys: readonly string[],
  folders: Folders,
  signal: AbortSignal | undefined,
): Promise<(ObjectInfo | undefined)[]> {
  const found: (ObjectInfo | undefined)[] = Array.from({ length: keys.length });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < keys.length; index = next++) {
      signal?.throwIfAborted();
      const key = keys[index] as string;
      found[index] = await statFile(folders.pathOf(key), key);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKUPS, keys.length) }, worker));
  return found;
}
