import { ID_BYTES } from '../pack/directory.ts';

const HEADER_WORDS = 4;
const SLOT_WORDS = 4;
const EMPTY = 0;
const BUSY = 1;
/** Share of a level's slots that may be taken. */
const MAX_LOAD = 0.6;
const MIN_SLOTS = 1 << 13;
/** A new level has so many times the slots of the one below it: every level is one more to look into. */
const GROWTH = 4;

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
 * next job; one that does not know it yet claims in an older level, and at worst a blob is stored twice: also where that level
 * has no empty slot any more.
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
    const level = newLevel(Math.max(more * 2, slots * GROWTH * MAX_LOAD));
    this.addLevel(level);
    return level;
  }

  #load(id: Uint8Array): void {
    // A native copy would take longer to call than this takes.
    for (let i = 0; i < ID_BYTES; i++) this.#keyBytes[i] = id[i] as number;
    this.#key[0] = firstWord(this.#key[0] as number);
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

  /**
   * Claims ids that are stored already, before any other thread knows of this table: no access has to be atomic.
   *
   * @param ids 16 bytes each, one after the other.
   */
  addStored(ids: Int32Array): void {
    const level = this.#levels.at(-1) as Int32Array;
    let added = 0;
    for (let at = 0; at < ids.length; at += SLOT_WORDS) {
      const first = firstWord(ids[at] as number);
      const to = placeFor(level, ids, { at, first });
      if (level[to] === first) continue;
      level[to] = first;
      for (let i = 1; i < SLOT_WORDS; i++) level[to + i] = ids[at + i] as number;
      added++;
    }
    level[0] = (level[0] as number) + added;
  }

  #probe(level: Int32Array, claim: boolean): 'found' | 'claimed' | 'absent' {
    const [w0, w1, w2, w3] = this.#key as unknown as [number, number, number, number];
    const mask = (level.length - HEADER_WORDS) / SLOT_WORDS - 1;
    let slot = w1 & mask;
    for (let looked = 0; looked <= mask; looked++, slot = (slot + 1) & mask) {
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
    // No slot is empty: an id that can't be written down is stored each time that it comes.
    return claim ? 'claimed' : 'absent';
  }
}

/** How an id's first word stands in a slot, where 0 and 1 mean something else. */
const firstWord = (word: number): number => (word === EMPTY || word === BUSY ? word + 2 : word);

/** Where in a level the slot of an id is, or the empty one for it. */
function placeFor(level: Int32Array, ids: Int32Array, { at, first }: { at: number; first: number }): number {
  const mask = (level.length - HEADER_WORDS) / SLOT_WORDS - 1;
  for (let slot = (ids[at + 1] as number) & mask; ; slot = (slot + 1) & mask) {
    const to = HEADER_WORDS + slot * SLOT_WORDS;
    if (level[to] === EMPTY) return to;
    const sameRest = level[to + 1] === ids[at + 1] && level[to + 2] === ids[at + 2] && level[to + 3] === ids[at + 3];
    if (level[to] === first && sameRest) return to;
  }
}
