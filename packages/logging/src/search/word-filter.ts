/**
 * A Bloom filter of words: says of a word that it is not in a file, or that it may be. Two hashes give all positions (Kirsch and Mitzenmacher, "Less
 * Hashing, Same Performance", 2006).
 */
export class WordFilter {
  readonly bits: Uint8Array;
  readonly #mask: number;

  /** @param bits A power of two of bytes. */
  constructor(bits: Uint8Array) {
    this.bits = bits;
    this.#mask = bits.length * 8 - 1;
  }

  /** One for a file of so many bytes: a bit for each eight of them, from 128 bytes to 1 MiB in all. */
  static forBytes(bytes: number): WordFilter {
    const wanted = Math.min(Math.max(Math.ceil(bytes / 64), 128), 1024 * 1024);
    return new WordFilter(new Uint8Array(2 ** Math.ceil(Math.log2(wanted))));
  }

  add(word: string): void {
    const [first, step] = hashesOf(word);
    for (let index = 0; index < HASHES; index++) {
      const bit = (first + Math.imul(index, step)) & this.#mask;
      this.bits[bit >>> 3] = (this.bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  }

  mayHave(word: string): boolean {
    const [first, step] = hashesOf(word);
    for (let index = 0; index < HASHES; index++) {
      const bit = (first + Math.imul(index, step)) & this.#mask;
      if (((this.bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}

const HASHES = 4;

/** FNV-1a over UTF-16 units, and its bits mixed once more (the end of MurmurHash3). */
function hashesOf(word: string): readonly [number, number] {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  // An odd step reaches every bit of a power of two.
  return [hash >>> 0, ((mixed ^ (mixed >>> 16)) | 1) >>> 0];
}
