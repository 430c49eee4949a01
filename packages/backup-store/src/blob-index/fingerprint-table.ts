import { ID_BYTES } from '../pack/directory.ts';

const HEADER_WORDS = 4;
const SLOT_WORDS = 4;
const EMPTY = 0;
const BUSY = 1;
/** Share of a level's slots that may be taken. */
const MAX_LOAD = 0.6;
const MIN_SLOTS = 1 << 15;

/** Bytes of a level with room for `ids`. */
function newLevel(ids: number): SharedArrayBuffer {
  const slots = Math.max(MIN_SLOTS, 2 ** Math.ceil(Math.log2(Math.max(1, ids) / MAX_LOAD)));
  return new SharedArrayBuffer((HEADER_WORDS + slots * SLOT_WORDS) * 4);
}

/**
 * The set of blob ids that are stored or claimed, shared by all threads of a backup without a lock.
 *
 * Each level is an open-addressing hash table: 4 words of header (the first counts ids), then slots of 16 bytes,
 * each the whole id. An empty slot begins with 0; whoever swaps that for 1 owns the slot, writes words 1 to 3,
 * then word 0. Ids that begin with 0 or 1 get 2 or 3 there: 126 bits are left to tell them apart.
 *
 * A full level is never moved while threads read it: a new level is put on top. Threads learn of it with their
 * next job; one that does not know it yet claims in an older level, and at worst a blob is stored twice.
 */
export class FingerprintTable {
  readonly #levels: Int32Array[] = [];
  readonly #key = new Int32Array(4);
  readonly #keyBytes = new Uint8Array(this.#key.buffer);

  constructor(levels: readonly SharedArrayBuffer[]) {
    for (const level of levels) this.addLevel(level);
  }

  /** A table with room for `ids` in its first level. */
  static create(ids: number): FingerprintTable {
    return new FingerprintTable([newLevel(ids)]);
  }

  /** The levels, oldest first, to be sent to other threads. */
  get levels(): SharedArrayBuffer[] {
    return this.#levels.map((level) => level.buffer as SharedArrayBuffer);
  }

  /** Ids in all levels. */
  get size(): number {
    return this.#levels.reduce((sum, level) => sum + Atomics.load(level, 0), 0);
  }

  addLevel(level: SharedArrayBuffer): void {
    this.#levels.push(new Int32Array(level));
  }

  /** Makes sure that `more` ids can be claimed; returns the level added for it, if one was needed. */
  reserve(more: number): SharedArrayBuffer | undefined {
    const top = this.#levels.at(-1) as Int32Array;
    const slots = (top.length - HEADER_WORDS) / SLOT_WORDS;
    if (Atomics.load(top, 0) + more <= slots * MAX_LOAD) return undefined;
    const level = newLevel(Math.max(more * 2, slots * 2 * MAX_LOAD));
    this.addLevel(level);
    return level;
  }

  #load(id: Uint8Array): void {
    this.#keyBytes.set(id.length === ID_BYTES ? id : id.subarray(0, ID_BYTES));
    const first = this.#key[0] as number;
    if (first === EMPTY || first === BUSY) this.#key[0] = first + 2;
  }

  has(id: Uint8Array): boolean {
    this.#load(id);
    return this.#levels.some((level) => this.#probe(level, false) === 'found');
  }

  /** @returns Whether this caller is the first to claim the id: it must store the blob. */
  claim(id: Uint8Array): boolean {
    this.#load(id);
    const top = this.#levels.length - 1;
    for (let i = 0; i < top; i++) if (this.#probe(this.#levels[i] as Int32Array, false) === 'found') return false;
    return this.#probe(this.#levels[top] as Int32Array, true) === 'claimed';
  }

  #probe(level: Int32Array, claim: boolean): 'found' | 'claimed' | 'absent' {
    const [w0, w1, w2, w3] = this.#key as unknown as [number, number, number, number];
    const mask = (level.length - HEADER_WORDS) / SLOT_WORDS - 1;
    for (let slot = w1 & mask; ; slot = (slot + 1) & mask) {
      const at = HEADER_WORDS + slot * SLOT_WORDS;
      let first = Atomics.load(level, at);
      if (first === EMPTY) {
        if (!claim) return 'absent';
        first = Atomics.compareExchange(level, at, EMPTY, BUSY);
        if (first === EMPTY) {
          level[at + 1] = w1;
          level[at + 2] = w2;
          level[at + 3] = w3;
          Atomics.store(level, at, w0);
          Atomics.add(level, 0, 1);
          return 'claimed';
        }
      }
      // Another thread is between its two writes: a few nanoseconds.
      while (first === BUSY) first = Atomics.load(level, at);
      if (first === w0 && level[at + 1] === w1 && level[at + 2] === w2 && level[at + 3] === w3) return 'found';
    }
  }
}
