// In the browser build, sha256.browser.ts takes the place of this file.
import { nativeEngine } from './native.ts';

/** SHA-256 (FIPS 180-4) of the parts one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const engine = nativeEngine('sha256');
  for (const part of parts) engine.update(part);
  const hash = engine.finish();
  return new Uint8Array(hash.buffer, hash.byteOffset, hash.length);
}
