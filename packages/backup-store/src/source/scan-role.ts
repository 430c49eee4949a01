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

/** From the scanning thread. */
export type FromScanner = { readonly type: 'batch'; readonly bytes: ArrayBuffer } | { readonly type: 'end' };

/** Walks one directory and sends what it finds. */
export function startScanning(port: MessagePort, init: ScanInit, { rest }: ThreadLife): void {
  const credits = new Credits(init.credits, init.creditBytes);
  const writer = new ScanBatchWriter();
  let first = true;
  const send = (): void => {
    const bytes = writer.take();
    credits.take(bytes.byteLength);
    const message: FromScanner = { type: 'batch', bytes };
    port.postMessage(message, [bytes]);
    first = false;
  };
  for (const item of walkDirectory(init.walk)) {
    writer.add(item);
    // A small first batch lets the other threads begin early.
    if (writer.count >= (first ? BATCH_ENTRIES / 8 : BATCH_ENTRIES)) send();
  }
  if (writer.count > 0) send();
  const end: FromScanner = { type: 'end' };
  port.postMessage(end);
  rest();
}
