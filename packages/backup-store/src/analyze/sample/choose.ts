import type { Frame, Stratum } from './frames.ts';

/** The bits of `value` the other way round: numbers in this order are spread evenly, wherever one stops. */
function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((value >> bit) & 1) << (bits - 1 - bit);
  return result;
}

/** `0 ... count - 1` in an order in which every beginning is spread evenly (van der Corput, 1935). */
export function spread(count: number): readonly number[] {
  const bits = Math.max(1, Math.ceil(Math.log2(count)));
  return Array.from({ length: 2 ** bits }, (_, value) => reversed(value, bits)).filter((value) => value < count);
}

/** Numbers of the chosen frames of a stratum: its share of the bytes, in the middles of equal parts of it. */
function indexes(stratum: Stratum, total: number, maxBytes: number): readonly number[] {
  if (stratum.frames === 0) return [];
  const average = stratum.bytes / stratum.frames;
  const wanted = Math.max(1, Math.round((maxBytes * (stratum.bytes / total)) / average));
  const count = Math.min(stratum.frames, wanted);
  return spread(count).map((nth) => Math.floor(((nth + 0.5) * stratum.frames) / count));
}

/**
 * Chooses frames to be tried, the same for the same files: all if they are within `maxBytes`, else of each stratum its share. Strata take turns
 * in that proportion, so that any beginning of the list is a fair sample.
 */
export function chooseFrames(strata: readonly Stratum[], maxBytes: number): readonly Frame[] {
  const total = strata.reduce((sum, { bytes }) => sum + bytes, 0);
  return strata
    .flatMap((stratum) => {
      const chosen = indexes(stratum, total, maxBytes);
      return chosen.map((index, nth) => ({ stratum, index, turn: nth / chosen.length }));
    })
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ stratum, index }) => stratum.frame(index));
}
