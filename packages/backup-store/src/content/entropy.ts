/** How often each byte value came. */
export type Histogram = Float64Array;

export const newHistogram = (): Histogram => new Float64Array(256);

export function count(histogram: Histogram, bytes: Uint8Array): void {
  // Numbers of 32 bits are counted twice as fast.
  const counts = new Uint32Array(256);
  for (let at = 0; at < bytes.length; at++) counts[bytes[at] as number] = (counts[bytes[at] as number] as number) + 1;
  for (let value = 0; value < 256; value++) histogram[value] = (histogram[value] as number) + (counts[value] as number);
}

/** Shannon's entropy of single bytes, in bits a byte: 0 for one value only, 8 for all equally often. */
export function entropyOf(histogram: Histogram): number {
  const total = histogram.reduce((sum, each) => sum + each, 0);
  let bits = 0;
  for (const each of histogram) {
    if (each > 0) bits -= (each / total) * Math.log2(each / total);
  }
  return bits;
}

/**
 * Whether bytes have the entropy of as many random ones, which is below 8 by about `255 / (2 n ln 2)` (Miller, 1955).
 * Fewer than 1,024 bytes are not judged.
 */
export function isRandom(bytes: Uint8Array): boolean {
  if (bytes.length < 1024) return false;
  const histogram = newHistogram();
  count(histogram, bytes);
  return entropyOf(histogram) > 8 - 255 / (2 * bytes.length * Math.LN2) - 0.06;
}
