import { StructureError } from '../inspect/structure-error.ts';
import type { NumberType } from './number-types.ts';
import { swapBytes } from './swap-bytes.ts';
import type { Movement } from './weights-diff.ts';

/** Bytes that are compared at a time: a multiple of all sizes of numbers. */
const PIECE = 1024 * 1024;

/** What two tensors of the same type and shape have in common, and not. */
export interface TensorComparison {
  readonly changedBytes: number;
  /** Absent where the type has no numbers that can be read. */
  readonly sums?: Sums | undefined;
}

/** Sums over pairs of numbers, from which norms are made. */
export interface Sums {
  elements: number;
  changed: number;
  notFinite: number;
  /** Squares of the differences, and of the numbers before. */
  squares: number;
  before: number;
  largest: number;
}

/** No numbers yet. */
export function noSums(): Sums {
  return { elements: 0, changed: 0, notFinite: 0, squares: 0, before: 0, largest: 0 };
}

/** The norms of sums. */
export function movementOf({ elements, changed, notFinite, squares, before, largest }: Sums): Movement {
  const distance = Math.sqrt(squares);
  const relative = before === 0 ? null : distance / Math.sqrt(before);
  return { elements, changed, distance, relative, largest, notFinite };
}

/** The numbers of a tensor in their order. */
export interface NumberStream {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The most significant byte of each number comes first. */
  readonly isBigEndian: boolean;
}

/** Compares pairs of tensors; its memory is used again for each. */
export class TensorComparer {
  readonly #old = piece();
  readonly #young = piece();

  /** Reads both to their ends, side by side. */
  async compare(
    pair: {
      readonly old: NumberStream;
      readonly young: NumberStream;
      readonly bytes: number;
    },
    type: NumberType | undefined,
  ): Promise<TensorComparison> {
    const [old, young] = [new Filler(pair.old, type), new Filler(pair.young, type)];
    const sums = type === undefined ? undefined : noSums();
    let changedBytes = 0;
    try {
      for (let left = pair.bytes; left > 0; left -= PIECE) {
        const length = Math.min(left, PIECE);
        await Promise.all([old.fill(this.#old.bytes, length), young.fill(this.#young.bytes, length)]);
        const changed = changedIn(this.#old.bytes, this.#young.bytes, length);
        changedBytes += changed;
        if (sums !== undefined && type !== undefined) this.#add(sums, { type, length, isSame: changed === 0 });
      }
    } finally {
      await Promise.all([old.end(), young.end()]);
    }
    return sums === undefined ? { changedBytes } : { changedBytes, sums };
  }

  #add(sums: Sums, { type, length, isSame }: { type: NumberType; length: number; isSame: boolean }): void {
    const count = length / type.bytes;
    sums.elements += count;
    type.read(this.#old.bytes.buffer, count, this.#old.numbers);
    if (isSame) sums.before += squaresOf(this.#old.numbers, count);
    else {
      type.read(this.#young.bytes.buffer, count, this.#young.numbers);
      addPairs(sums, { old: this.#old.numbers, young: this.#young.numbers, count });
    }
  }
}

interface PieceMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly numbers: Float64Array;
}

function piece(): PieceMemory {
  return { bytes: new Uint8Array(new ArrayBuffer(PIECE)), numbers: new Float64Array(PIECE) };
}

function changedIn(old: Uint8Array, young: Uint8Array, length: number): number {
  if (Buffer.compare(old.subarray(0, length), young.subarray(0, length)) === 0) return 0;
  let changed = 0;
  for (let index = 0; index < length; index += 1) if (old[index] !== young[index]) changed += 1;
  return changed;
}

function squaresOf(numbers: Float64Array, count: number): number {
  let squares = 0;
  for (let index = 0; index < count; index += 1) {
    const square = (numbers[index] as number) ** 2;
    if (square - square === 0) squares += square;
  }
  return squares;
}

function addPairs(sums: Sums, pairs: { old: Float64Array; young: Float64Array; count: number }): void {
  const { old, young, count } = pairs;
  let { changed, notFinite, squares, before, largest } = sums;
  for (let index = 0; index < count; index += 1) {
    const [a, b] = [old[index] as number, young[index] as number];
    // Only finite numbers less themselves are 0.
    if (a - a === 0) before += a * a;
    if (a === b || (a !== a && b !== b)) continue;
    changed += 1;
    const step = Math.abs(b - a);
    if (step - step !== 0) notFinite += 1;
    else {
      squares += step * step;
      if (step > largest) largest = step;
    }
  }
  Object.assign(sums, { changed, notFinite, squares, before, largest });
}

/** Takes as many bytes of a stream as are wanted. */
class Filler {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** Bytes of numbers that have to be turned around; 1 for none. */
  readonly #turned: number;
  #rest: Uint8Array = new Uint8Array(0);

  constructor({ chunks, isBigEndian }: NumberStream, type: NumberType | undefined) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#turned = isBigEndian ? (type?.bytes ?? 1) : 1;
  }

  async fill(into: Uint8Array, length: number): Promise<void> {
    for (let done = 0; done < length;) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true)
          throw new StructureError('TRUNCATED', 'Expected all numbers of a tensor, got an end before', done);
        this.#rest = next.value;
      }
      const taken = this.#rest.subarray(0, length - done);
      into.set(taken, done);
      done += taken.length;
      this.#rest = this.#rest.subarray(taken.length);
    }
    swapBytes(into.subarray(0, length), this.#turned);
  }

  async end(): Promise<void> {
    await this.#chunks.return?.();
  }
}
