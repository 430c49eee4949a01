import type { ByteRange } from './contract.ts';
import { StorageError } from './errors.ts';

/** A range with both ends known, in bytes; `end` is the first byte after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Puts a range into the bounds of an object of `size` bytes: an end beyond the object is cut, and so is a missing one. A range
 * may be empty, also at the very end.
 *
 * @throws {StorageError} `INVALID_RANGE` when it starts beyond the end, ends before its start, or isn't made of whole numbers.
 */
export function resolveRange(range: ByteRange | undefined, size: number, key: string): Span {
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? size, size);
  checkRange(range, key);
  if (start > size) {
    throw new StorageError(
      'INVALID_RANGE',
      `Expected a range within the ${size} bytes of "${key}", got one that starts at ${start}`,
      { key },
    );
  }
  return { start, end };
}

/**
 * Checks what can be known of a range without knowing the object.
 *
 * @throws {StorageError} `INVALID_RANGE`
 */
function checkRange(range: ByteRange | undefined, key: string): void {
  if (range === undefined) return;
  const { start, end = Number.MAX_SAFE_INTEGER } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new StorageError(
      'INVALID_RANGE',
      `Expected whole numbers with 0 <= start <= end, got start ${start} and end ${range.end}`,
      { key },
    );
  }
}
