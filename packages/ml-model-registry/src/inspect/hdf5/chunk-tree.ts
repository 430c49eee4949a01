import { malformed } from '../structure-error.ts';
import type { Hdf5Reader } from './hdf5-reader.ts';
import { walkTree } from './tree.ts';

/** A chunk, and where it is. */
export interface Chunk {
  readonly address: number;
  /** Bytes that it takes. */
  readonly stored: number;
  /** Filters that it did not go through, by bits. */
  readonly skipped: number;
  /** The first element of each dimension. */
  readonly first: readonly number[];
}

/** What all chunks of a dataset have in common. */
export interface ChunkPlan {
  /** Sizes of a chunk, that of an element last. */
  readonly sizes: readonly number[];
  /** Bytes of a chunk before filters. */
  readonly bytes: number;
  readonly isFiltered: boolean;
}

/**
 * Walks over the chunks of a dataset by their B-tree (version 1): each in the file, and none that would become too much. `take` is told of each.
 *
 * @throws {StructureError}
 */
export async function walkChunks(
  reader: Hdf5Reader,
  address: number,
  plan: ChunkPlan,
  take?: (chunk: Chunk) => void,
): Promise<void> {
  const { inspection } = reader;
  const keyLength = 8 + 8 * plan.sizes.length;
  await walkTree(reader, address, { type: 1, keyLength }, (key, child) => {
    const place = key.place;
    const stored = key.u32();
    const isWhole = plan.isFiltered ? stored > 0 : stored === plan.bytes;
    if (!isWhole) throw malformed(`Expected a chunk of ${plan.bytes} bytes, got ${stored}`, place);
    if (!reader.has(child, stored))
      inspection.find('TRUNCATED', `Expected a chunk of ${stored} bytes at ${reader.place(child)}, got an end`, place);
    if (plan.bytes > stored * inspection.limits.ratio) {
      const message = `Expected a chunk to become at most ${inspection.limits.ratio} times larger, got ${stored} bytes for ${plan.bytes}`;
      inspection.find('LIMIT_EXCEEDED', message, place);
    }
    if (take !== undefined) {
      const skipped = key.u32();
      take({ address: child, stored, skipped, first: plan.sizes.slice(0, -1).map(() => key.u64()) });
    }
    return Promise.resolve();
  });
}
