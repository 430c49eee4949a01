import type { Digest } from './digest-value.ts';
import { equalBytes } from './equal-bytes.ts';

/**
 * Whether two digests were made with the same algorithm and have the same value. The time it takes does not depend
 * on where they differ, so it is safe where a digest stands for a secret.
 */
export function digestsEqual(a: Digest, b: Digest): boolean {
  return a.algorithm === b.algorithm && equalBytes(a.bytes, b.bytes);
}
