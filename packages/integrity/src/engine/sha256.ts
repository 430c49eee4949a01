// In the browser build, sha256.browser.ts takes the place of this file.
import { hash } from 'node:crypto';
import { nativeEngine } from './native.ts';

/** Up to here, copying the parts costs less than an object of OpenSSL per hash, which the collector of V8 has to clear away. */
const MOST_COPIED = 1 << 13;

/** SHA-256 (FIPS 180-4) of the parts one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const value = length <= MOST_COPIED ? hash('sha256', joined(parts, length), 'buffer') : hashed(parts);
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function hashed(parts: readonly Uint8Array[]): Uint8Array {
  const engine = nativeEngine('sha256');
  for (const part of parts) engine.update(part);
  return engine.finish();
}
