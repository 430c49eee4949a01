/** Whole numbers that look like chance and are the same for the same seed. */
export type Draw = (below: number) => number;

/** xorshift32 (Marsaglia 2003) after a mix of the seed. Good enough for resampling; not for secrets. */
export function seededDraw(seed: number): Draw {
  let state = (Math.imul(seed ^ 0x9e_37_79_b9, 0x85_eb_ca_6b) ^ 0x5b_d1_e9_95) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 0x1_00_00_00_00) * below);
  };
}
