import { malformed } from '../structure-error.ts';
import type { Codec } from './codec.ts';
import { Dictionary } from './dictionary.ts';
import { inMemory } from './input.ts';
import { lzmaProperties, LzmaState } from './lzma-state.ts';
import { RangeDecoder } from './range-decoder.ts';

/** Bytes that come out at once. */
const PIECE = 64 * 1024;

/** LZMA with the header of `lzma_alone`: properties, the size of the dictionary, and how much comes out, all ones when a sign ends it. */
export const lzma: Codec = {
  name: 'lzma',
  // Properties as all programs write them, a dictionary of a power of two, or one and a half, and a size below 2^40 or none.
  recognises: (head) =>
    head[0] === 0x5d && head[1] === 0 && head[2] === 0 && head.length >= 13 && isSize(head.subarray(5, 13)),
  open: inMemory(function* decode(input, inspection) {
    const state = new LzmaState(lzmaProperties(input.u8(), 0));
    const dictionary = new Dictionary(input.little(4), inspection);
    const size = isOpen(input.take(8)) ? undefined : sizeBefore(input.bytes.subarray(5, 13));
    const range = new RangeDecoder(input);
    let out = 0;
    let ended = false;
    while (!ended && (size === undefined || out < size)) {
      const before = dictionary.total;
      ended = state.decode(range, dictionary, size === undefined ? PIECE : Math.min(PIECE, size - out));
      out += dictionary.total - before;
      yield dictionary.taken();
    }
    if (size !== undefined && (out !== size || state.isWithin))
      throw malformed(`Expected ${size} bytes, got ${out}`, input.at);
  }),
};

function isOpen(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0xff);
}

function sizeBefore(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

function isSize(bytes: Uint8Array): boolean {
  return isOpen(bytes) || (bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0);
}
