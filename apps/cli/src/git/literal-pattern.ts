import { isUtf8 } from 'node:buffer';

/** Bytes of the UTF-8 character at `at`; 0 when there is none. */
function characterLength(path: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= path.length; length++) {
    if (isUtf8(path.subarray(at, at + length))) return length;
  }
  return 0;
}

/**
 * A glob that matches exactly one path relative to the source's root. A byte that is not UTF-8 can't stand in a
 * pattern and becomes `?`, which stands for any one.
 */
export function literalPattern(path: Buffer): string {
  let pattern = '/';
  for (let at = 0; at < path.length;) {
    const length = characterLength(path, at);
    const character = path.toString('utf8', at, at + length);
    pattern += length === 0 ? '?' : character.replace(/[\\*?[\]]/, String.raw`\$&`);
    at += Math.max(1, length);
  }
  return pattern;
}
