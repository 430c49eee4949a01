import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseFrames, spread } from '../../../src/analyze/sample/choose.ts';
import { FRAME_BYTES, type Frame, framesOf, LARGE_BYTES } from '../../../src/analyze/sample/frames.ts';

const MIB = 1024 * 1024;
const sizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: LARGE_BYTES - 1 }), fc.integer({ min: LARGE_BYTES, max: 40 * MIB })),
  {
    maxLength: 60,
  },
);
const bytesOf = (frames: readonly Frame[]): number =>
  frames.reduce((sum, { pieces }) => sum + pieces.reduce((all, { bytes }) => all + bytes, 0), 0);

test('frames hold each byte of each file once, in order', () => {
  fc.assert(
    fc.property(sizes, (list) => {
      const next = list.map(() => 0);
      for (const stratum of framesOf(list)) {
        for (let index = 0; index < stratum.frames; index++) {
          const { pieces } = stratum.frame(index);
          for (const { file, from, bytes } of pieces) {
            expect(from).toBe(next[file]);
            next[file] = from + bytes;
          }
          if (stratum.name === 'large') expect(pieces).toHaveLength(1);
          else expect(bytesOf([{ stratum: 'small', pieces }])).toBeLessThanOrEqual(FRAME_BYTES);
        }
      }
      expect(next).toEqual(list);
    }),
  );
});

test('if all is within the limit, all is chosen; if not, about that much, of every stratum', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 4 * MIB, max: 64 * MIB }), (list, most) => {
      const strata = framesOf(list);
      const total = list.reduce((sum, size) => sum + size, 0);
      const chosen = chooseFrames(strata, most);
      expect(chosen).toEqual(chooseFrames(framesOf(list), most));
      const keys = chosen.map(({ pieces }) => `${pieces[0]?.file} ${pieces[0]?.from}`);
      expect(new Set(keys).size).toBe(keys.length);
      if (total <= most) expect(bytesOf(chosen)).toBe(total);
      // A frame more of each stratum, at most.
      else expect(bytesOf(chosen)).toBeLessThanOrEqual(most + 2 * FRAME_BYTES + 4 * MIB);
      for (const { name, frames } of strata) {
        expect(chosen.some(({ stratum }) => stratum === name)).toBe(frames > 0);
      }
    }),
  );
});

test('wherever the list is cut, it is spread evenly', () => {
  const order = spread(1000);
  expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, at) => at));
  for (const length of [4, 16, 64, 256]) {
    const quarters = [0, 0, 0, 0];
    for (const value of order.slice(0, length))
      quarters[Math.floor(value / 250)] = (quarters[Math.floor(value / 250)] ?? 0) + 1;
    for (const many of quarters) expect(Math.abs(many - length / 4)).toBeLessThanOrEqual(2);
  }
});
