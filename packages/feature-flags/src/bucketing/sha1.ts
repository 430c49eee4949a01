const ROUNDS = 80;
const BLOCK = 64;
const CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];

/**
 * The first 64 bits of the SHA-1 (RFC 3174) of a text in UTF-8, in two numbers. Not for security, which SHA-1 no longer gives: only for
 * buckets that have to be those of another system, synchronously and on every platform.
 */
export function sha1Start(text: string): readonly [number, number] {
  const words = wordsOf(new TextEncoder().encode(text));
  let state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let start = 0; start < words.length; start += BLOCK / 4) state = next(state, words, start);
  return [state[0] >>> 0, state[1] >>> 0];
}

type State = readonly [number, number, number, number, number];

/** Section 4: the text, one bit, zeros, and how many bits the text has; in words, the highest byte first. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  return Uint32Array.from({ length: padded.length / 4 }, (_, index) => view.getUint32(index * 4));
}

/** Section 6.1. */
function next(state: State, words: Uint32Array, start: number): State {
  const schedule = new Int32Array(ROUNDS);
  for (let round = 0; round < ROUNDS; round++) {
    const at = (back: number): number => schedule[round - back] ?? 0;
    schedule[round] = round < 16 ? (words[start + round] ?? 0) : rotated(at(3) ^ at(8) ^ at(14) ^ at(16), 1);
  }
  let [a, b, c, d, e] = state;
  for (let round = 0; round < ROUNDS; round++) {
    const quarter = Math.floor(round / 20);
    const word = (schedule[round] ?? 0) + (CONSTANTS[quarter] ?? 0);
    const sum = (rotated(a, 5) + choice(quarter, b, c, d) + e + word) | 0;
    [a, b, c, d, e] = [sum, a, rotated(b, 30), c, d];
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0, (state[4] + e) | 0];
}

// Four, as the standard defines it.
// oxlint-disable-next-line max-params -- these are the names of the standard
function choice(quarter: number, b: number, c: number, d: number): number {
  if (quarter === 0) return (b & c) | (~b & d);
  return quarter === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
