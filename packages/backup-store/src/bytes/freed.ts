/**
 * Gives the memory of a buffer back at once. Node's ciphers and codecs return a new buffer for each call, and the
 * collector of V8, which hardly sees them, would leave megabytes of dead ones about: memory that is given back is
 * used again while it is still in the processor's cache.
 *
 * Nobody may hold another view of that memory. A buffer that may share its memory with others (small ones of Node
 * do) is left to the collector.
 */
export function freeBuffer(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // Node takes buffers of less than half its pool from the pool.
  const isOwn = bytes.byteOffset === 0 && bytes.byteLength * 2 > buffer.byteLength;
  if (isOwn && buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
