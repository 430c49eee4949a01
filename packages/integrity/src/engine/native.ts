import { createHash } from 'node:crypto';
import type { Engine } from './engine.ts';

/** node:crypto takes at most 2^31 - 1 bytes at a time. */
const MOST_AT_ONCE = 2 ** 30;

/** An algorithm of OpenSSL, under OpenSSL's name. */
export function nativeEngine(opensslName: string): Engine {
  const hash = createHash(opensslName);
  return {
    update(bytes) {
      if (bytes.length <= MOST_AT_ONCE) {
        hash.update(bytes);
        return;
      }
      for (let at = 0; at < bytes.length; at += MOST_AT_ONCE) hash.update(bytes.subarray(at, at + MOST_AT_ONCE));
    },
    finish: () => hash.digest(),
  };
}
