import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import type { Pieces } from './codec.ts';

/** Compressed bytes in memory, taken one after the other. */
export class Input {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** @throws {StructureError} `TRUNCATED`. */
  u8(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined)
      throw new StructureError('TRUNCATED', 'Expected more compressed bytes, got the end', this.at);
    this.at += 1;
    return byte;
  }

  /** A number of `count` bytes, up to 6, little-endian. */
  little(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value += this.u8() * 2 ** (8 * index);
    return value;
  }

  /** A number of `count` bytes, up to 6, big-endian. */
  big(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = value * 256 + this.u8();
    return value;
  }

  /** @throws {StructureError} `TRUNCATED`. */
  take(count: number): Uint8Array {
    if (count > this.left)
      throw new StructureError('TRUNCATED', `Expected ${count} more compressed bytes, got ${this.left}`, this.at);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}

/** Runs a decoder over a source that fits in memory. */
export function inMemory(
  decode: (input: Input, inspection: Inspection) => Generator<Uint8Array, void>,
): (source: ByteSource, inspection: Inspection) => Pieces {
  return async function* pieces(source, inspection) {
    const { held } = inspection.limits;
    if (source.size > held)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${held} compressed bytes, got ${source.size}`, 0);
    const input = new Input(await source.read(0, source.size));
    yield* decode(input, inspection);
    return input.at;
  };
}
