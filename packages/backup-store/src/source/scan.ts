import { Credits } from '../threads/credits.ts';
import { Thread, type ThreadOptions } from '../threads/thread.ts';
import { readScanBatch } from './scan-batch.ts';
import type { FromScanner, ScanInit } from './scan-role.ts';
import type { ScanItem, WalkOptions } from './walk.ts';

/** Bytes of scanned entries that may wait. */
const CREDIT_BYTES = 4 * 1024 * 1024;

/** How a scan is done. */
export interface ScanOptions extends ThreadOptions {
  /** Told when all was found, before all of it was taken: bytes of all files. */
  readonly onScanned?: ((bytes: number) => void) | undefined;
}

/** Scans a directory in a thread of its own; batches of items in catalog order. Leaving the loop ends the thread. */
export async function* scan(
  walk: WalkOptions,
  options: ScanOptions = {},
): AsyncGenerator<Iterable<ScanItem>, void, undefined> {
  const shared = Credits.share();
  const credits = new Credits(shared, CREDIT_BYTES);
  const init: ScanInit = { walk, credits: shared, creditBytes: CREDIT_BYTES };
  const thread = new Thread<never, FromScanner>('scan', init, options);
  const messages: FromScanner[] = [];
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  let isOver = false;
  thread.onMessage = (message) => {
    messages.push(message);
    if (message.type === 'end') options.onScanned?.(message.bytes);
    wake?.();
  };
  thread.onFailure = (error) => {
    failure = error;
    wake?.();
  };
  try {
    for (;;) {
      const message = messages.shift();
      if (message?.type === 'end') {
        isOver = true;
        return;
      }
      if (message !== undefined) {
        yield readScanBatch(message.bytes);
        credits.give(message.bytes.byteLength);
        continue;
      }
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = undefined;
    }
  } finally {
    await (isOver ? thread.rest() : thread.close());
  }
}
