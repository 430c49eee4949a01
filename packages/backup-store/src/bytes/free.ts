import { isMarkedAsUntransferable } from 'node:worker_threads';

/** Smaller memory is left to the collector, which is quick with it. */
const WORTHWHILE_BYTES = 16 * 1024;

/**
 * Frees the memory of a buffer at once; it is empty afterwards, and so are all views of the same memory. For what
 * Node's ciphers and codecs return: they make a new buffer for each call, V8 hardly sees these in its heap, and left
 * to it they pile up. Buffers that share memory with strangers (Node's pool) are left alone.
 */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < WORTHWHILE_BYTES) return;
  if (!isMarkedAsUntransferable(buffer)) buffer.transfer(0);
}
