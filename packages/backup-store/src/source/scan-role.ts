import type { MessagePort } from 'node:worker_threads';

import { Credits } from '../threads/credits.ts';
import type { ThreadLife } from '../threads/thread-life.ts';
import { ScanBatchWriter } from './scan-batch.ts';
import { walkDirectory, type WalkOptions } from './walk.ts';

/** Entries of one message at most. */
const BATCH_ENTRIES = 1024;

/** What the scanning thread starts with. */
export interface ScanInit {
  readonly walk: WalkOptions;
  readonly credits: SharedArrayBuffer;
  readonly creditBytes: number;
}

/** From the scanning thread. `bytes` of the end: of all files. */
export type FromScanner =
  | { readonly type: 'batch'; readonly bytes: ArrayBuffer }
  | { readonly type: 'end'; readonly bytes: number };

/** Walks one directory and sends what it finds. */
export function startScanning(port: MessagePort, init: ScanInit, { rest }: ThreadLife): void {
  const credits = new Credits(init.credits, init.creditBytes);
  const writer = new ScanBatchWriter();
  let first = true;
  let bytes = 0;
  const send = (): void => {
    const batch = writer.take();
    credits.take(batch.byteLength);
    const message: FromScanner = { type: 'batch', bytes: batch };
    port.postMessage(message, [batch]);
    first = false;
  };
  for (const item of walkDirectory(init.walk)) {
    writer.add(item);
    if ('entry' in item && item.entry.kind === 'file') bytes += item.entry.size;
    // A small first batch lets the other threads begin early.
    if (writer.count >= (first ? BATCH_ENTRIES / 8 : BATCH_ENTRIES)) send();
  }
  if (writer.count > 0) send();
  const end: FromScanner = { type: 'end', bytes };
  port.postMessage(end);
  rest();
}
