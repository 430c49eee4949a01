import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { Filter } from './filters.ts';

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
/** Bytes of a checksum. */
const SUM = 4;

const inflated = promisify(inflate) as (
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number },
) => Promise<Buffer>;

/** Whether a filter is undone here. */
export function canUndo(filter: number): boolean {
  return filter === DEFLATE || filter === SHUFFLE || filter === FLETCHER32;
}

/**
 * The bytes of a chunk before its filters (HDF5 File Format Specification, IV.A.2.l), at most those that a chunk has, with their checksums.
 * `undefined` when they are not what the filters give. Checksums are not looked at: whoever stores the file has one of its own.
 */
export async function undoFilters(
  stored: Uint8Array,
  how: { readonly filters: readonly Filter[]; readonly skipped: number; readonly bytes: number },
): Promise<Uint8Array | undefined> {
  const { filters, skipped } = how;
  let bytes = stored;
  for (const [index, { id, parameters }] of [...filters.entries()].toReversed()) {
    if (((skipped >>> index) & 1) === 1) continue;
    if (id === DEFLATE) {
      const most = how.bytes + SUM * filters.length;
      const next = await inflated(bytes, { maxOutputLength: most }).catch(() => undefined);
      if (next === undefined) return undefined;
      bytes = next;
    } else if (id === SHUFFLE) bytes = unshuffled(bytes, parameters[0] ?? 1);
    else if (id === FLETCHER32) bytes = bytes.subarray(0, Math.max(bytes.length - SUM, 0));
    else return undefined;
  }
  return bytes;
}

/** All first bytes of elements stand together, then all second ones; what is left over stands at the end. */
function unshuffled(bytes: Uint8Array, each: number): Uint8Array {
  const count = each > 1 ? Math.floor(bytes.length / each) : 0;
  if (count < 2) return bytes;
  const plain = Buffer.from(bytes);
  for (let byte = 0; byte < each; byte += 1)
    for (let index = 0; index < count; index += 1) plain[index * each + byte] = bytes[byte * count + index] as number;
  return plain;
}
