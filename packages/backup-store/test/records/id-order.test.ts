import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareIds } from '../../src/records/id-order.ts';
import { idsInOrder, MAX_HELD } from '../../src/records/ids-in-order.ts';
import { joinFrom } from '../../src/records/compaction.ts';
import { failureOf, listOf } from '../fixtures/place.ts';

async function* given(ids: readonly string[]): AsyncGenerator<string> {
  yield* ids;
}

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('ids', () => {
  it('are compared as their bytes in UTF-8 are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('\ue000', '\u{10000}', '\ud7ff'),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareIds(a, b))).toBe(bytes(a, b));
      }),
    );
  });

  it('are put in order as long as they can be held, and taken in order beyond', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `${i}`);
    expect(await listOf(idsInOrder('m', given(ids), MAX_HELD))).toEqual(ids.toSorted(bytes));
    for (const held of [0, 200]) {
      expect(await listOf(idsInOrder('m', given(ids.toSorted(bytes)), held))).toEqual(ids.toSorted(bytes));
      expect(await failureOf(listOf(idsInOrder('m', given(ids), held)))).toMatchObject({ code: 'TOO_MANY_IDS' });
    }
    expect(await failureOf(listOf(idsInOrder('m', given(['']), MAX_HELD)))).toMatchObject({ code: 'INVALID_RECORD' });
  });
});

describe('segments', () => {
  it.each([
    [[], 0],
    [[100], 1],
    [[100, 50], 2],
    [[100, 51], 0],
    [[100, 4, 2], 3],
    [[100, 4, 2, 2], 1],
    [[110, 40, 5, 4, 3], 2],
  ])('%j are joined from %i on', (sizes, from) => {
    expect(joinFrom(sizes)).toBe(from);
  });

  it('that stay are each at least twice as large as all newer ones together', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 })), (sizes) => {
        const from = joinFrom(sizes);
        const joined = sizes.slice(from).reduce((sum, size) => sum + size, 0);
        const left = [...sizes.slice(0, from), ...(joined === 0 ? [] : [joined])];
        for (const [i, size] of left.entries()) {
          const newer = left.slice(i + 1).reduce((sum, each) => sum + each, 0);
          expect(size).toBeGreaterThanOrEqual(2 * newer);
        }
      }),
    );
  });
});
