import { readFileSync } from 'node:fs';

/** Bytes of a file in `test/fixtures`. */
export function fixture(path: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url));
}
