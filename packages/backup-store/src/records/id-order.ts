import { BackupError } from '../errors.ts';

const MAX_ID_BYTES = 1024;
const SURROGATES = 0xd800;

/** A unit of UTF-16 as it counts in the order of UTF-8: surrogates stand for what comes after all others. */
function rank(unit: number): number {
  if (unit < SURROGATES) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Compares ids by their bytes in UTF-8. Negative: `a` comes first. */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** @throws {BackupError} `INVALID_RECORD` for what can't be the id of a record. */
export function checkId(module: string, id: unknown): asserts id is string {
  if (typeof id === 'string' && id !== '' && id.isWellFormed()) {
    // A unit of UTF-16 has at most three bytes.
    if (id.length * 3 <= MAX_ID_BYTES || Buffer.byteLength(id) <= MAX_ID_BYTES) return;
  }
  throw new BackupError(
    'INVALID_RECORD',
    `Expected ids of 1 to ${MAX_ID_BYTES} bytes in module ${module}, got ${describeId(id)}`,
    { hint: 'Take a shorter column as the id, or a digest of it.' },
  );
}

function describeId(id: unknown): string {
  if (typeof id !== 'string') return typeof id;
  if (id === '') return 'an empty one';
  if (!id.isWellFormed()) return 'one that is no Unicode text';
  return `one of ${Buffer.byteLength(id)} bytes that begins with ${JSON.stringify(id.slice(0, 40))}`;
}
