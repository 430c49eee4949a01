import type { Inspection } from '../contract.ts';
import type { Coverage } from '../flatbuffers/coverage.ts';
import { type FbTable, numberOf, valueOf } from '../flatbuffers/values.ts';

/** Where the bytes of a buffer are. */
export interface Buffer {
  readonly at: number;
  readonly bytes: number;
}

/** Bytes behind the tables: each range once, however many refer to it. */
export class Ranges {
  readonly #coverage: Coverage;
  readonly #known = new Map<number, number>();

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  /**
   * Takes a range of the file. Places of 0 and 1 mean none.
   *
   * @throws {StructureError}
   */
  claim(at: number, bytes: number): Buffer | undefined {
    if (at <= 1) return undefined;
    if (this.#known.get(at) !== bytes) {
      this.#coverage.claim(at, bytes);
      this.#known.set(at, bytes);
    }
    return { at, bytes };
  }
}

/**
 * Buffers of a model: their bytes stand in them, or behind all tables in files of more than 2 GiB. The first is empty; tensors without data refer
 * to it.
 */
export function readBuffers(
  tables: readonly FbTable[],
  place: { readonly ranges: Ranges; readonly inspection: Inspection },
): readonly Buffer[] {
  const { ranges, inspection } = place;
  const buffers = tables.map((table) => {
    inspection.step(1, table.at);
    const data = valueOf(table, 'data');
    const inside = data?.kind === 'numbers' && data.count > 0 ? { at: data.at, bytes: data.count } : undefined;
    const behind = ranges.claim(numberOf(table, 'offset'), numberOf(table, 'size'));
    if (inside !== undefined && behind !== undefined)
      inspection.find('MALFORMED', 'Expected the bytes of a buffer once, got them in two places', table.at);
    return behind ?? inside ?? { at: table.at, bytes: 0 };
  });
  const [first] = buffers;
  if (first !== undefined && first.bytes > 0)
    inspection.find('MALFORMED', `Expected an empty buffer as the first, got ${first.bytes} bytes`, first.at);
  return buffers;
}
