import { hash } from 'node:crypto';

/**
 * The SHA-256 of bytes. By way of a string, since a buffer that comes out of Node's crypto has memory of its own, which
 * takes longer to make and to collect than a short digest takes to compute.
 */
export function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}
