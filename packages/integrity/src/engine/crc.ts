import { crc32 } from 'node:zlib';
import type { Engine } from './engine.ts';

/** zlib's lengths are 32-bit. */
const MOST_AT_ONCE = 2 ** 30;

/** CRC-32 as in zlib, gzip and PNG (reflected polynomial 0xEDB88320). */
export function crc32Engine(): Engine {
  let value = 0;
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; at += MOST_AT_ONCE) {
        value = crc32(bytes.subarray(at, at + MOST_AT_ONCE), value);
      }
    },
    finish() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}
