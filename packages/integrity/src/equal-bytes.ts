// In the browser build, equal-bytes.browser.ts takes the place of this file.
import { timingSafeEqual } from 'node:crypto';

/** Whether the bytes are the same. For the same length, the time it takes does not depend on where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
