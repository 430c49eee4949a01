import type { BigIntStats } from 'node:fs';

/** What a file looks like from outside: which one it is, how large, and when it was touched. Whoever writes to it changes the mark, if not at once. */
export function fileMark({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
