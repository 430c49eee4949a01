/** A hash that has taken in the bytes of a prefix. */
export interface HashState {
  readonly hash: number;
  /** Bytes that don't fill a block of four yet, the first one lowest. */
  readonly block: number;
  /** How many bits of the block are taken: 0, 8, 16 or 24. */
  readonly bits: number;
  /** Bytes so far. */
  readonly length: number;
}

const encoder = new TextEncoder();
/** Short prefixes are encoded in here: a file has thousands, and an array for each would be dearer than the hash. */
const scratch = new Uint8Array(256);
const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** Takes in a prefix in UTF-8, which many texts will follow. */
export function hashPrefix(prefix: string, seed: number = 0): HashState {
  // No character of UTF-16 takes more than three bytes.
  if (prefix.length * 3 > scratch.length) return hashBytes(encoder.encode(prefix), seed);
  return hashBytes(scratch, seed, encoder.encodeInto(prefix, scratch).written);
}

/** Takes in the first so many bytes; with nothing after them, `hashAfter(state, '')` is their hash. */
export function hashBytes(bytes: Uint8Array, seed: number = 0, length: number = bytes.length): HashState {
  let hash = seed | 0;
  let block = 0;
  for (let index = 0; index < length; index++) {
    block |= (bytes[index] as number) << ((index % 4) * 8);
    if (index % 4 === 3) {
      hash = mixed(hash, block);
      block = 0;
    }
  }
  return { hash, block, bits: (length % 4) * 8, length };
}

/**
 * MurmurHash3, the variant x86_32 (Appleby, 2011), of a prefix and a text in UTF-8. What is no Unicode (half a surrogate pair) counts
 * as U+FFFD, as in the WHATWG Encoding Standard. Nothing is allocated: the bytes are made one by one.
 *
 * @returns The 32 bits as a signed number, as V8 keeps greater ones in objects; `>>> 0` makes it one from 0 to 2³² - 1.
 */
export function hashAfter(state: HashState, text: string): number {
  let { hash, block, bits, length } = state;
  const end = text.length;
  for (let index = 0; index < end; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      length++;
      block |= unit << bits;
      if (bits === 24) {
        hash = mixed(hash, block);
        block = 0;
        bits = 0;
      } else bits += 8;
      continue;
    }
    const point = text.codePointAt(index) as number;
    if (point > 0xffff) index++;
    // The bytes of a character, the first one lowest, and how many there are.
    let count = lengthOf(point);
    let bytes = bytesOf(point, count);
    length += count;
    while (count > 0) {
      block |= (bytes & 0xff) << bits;
      bytes >>>= 8;
      count--;
      bits += 8;
      if (bits === 32) {
        hash = mixed(hash, block);
        block = 0;
        bits = 0;
      }
    }
  }
  if (bits > 0) hash ^= scrambled(block);
  return finished(hash ^ length);
}

/** The hash of a text with nothing before it, from 0 to 2³² - 1. */
export function murmur3(text: string, seed: number = 0): number {
  return hashAfter({ hash: seed | 0, block: 0, bits: 0, length: 0 }, text) >>> 0;
}

function lengthOf(point: number): number {
  if (point < 0x800) return 2;
  return point < 0x1_0000 ? 3 : 4;
}

function bytesOf(point: number, count: number): number {
  if (count === 2) return 0xc0 | (point >> 6) | ((0x80 | (point & 0x3f)) << 8);
  if (count === 4) {
    const first = 0xf0 | (point >> 18);
    const second = 0x80 | ((point >> 12) & 0x3f);
    const third = 0x80 | ((point >> 6) & 0x3f);
    return first | (second << 8) | (third << 16) | ((0x80 | (point & 0x3f)) << 24);
  }
  // Half a pair is no character.
  const sound = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  return 0xe0 | (sound >> 12) | ((0x80 | ((sound >> 6) & 0x3f)) << 8) | ((0x80 | (sound & 0x3f)) << 16);
}

function scrambled(block: number): number {
  const first = Math.imul(block, C1);
  return Math.imul((first << 15) | (first >>> 17), C2);
}

function mixed(hash: number, block: number): number {
  const next = hash ^ scrambled(block);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(hash: number): number {
  let value = hash;
  value ^= value >>> 16;
  value = Math.imul(value, 0x85ebca6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2b2ae35);
  return value ^ (value >>> 16);
}
