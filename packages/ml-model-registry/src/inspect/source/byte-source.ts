import { StructureError } from '../structure-error.ts';

/** Bytes that can be read at any place: a file, a part of one, or memory. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /**
   * Exactly `length` bytes. They may be a view that others see, too: change nothing. Callers check lengths that come from a file against a limit
   * before they ask.
   *
   * @throws {StructureError} `TRUNCATED` when they reach past the end.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Fills `into` with the bytes at a place, where that is cheaper than new memory for each reading: in files that are read through. */
  readonly fill?: ((into: Uint8Array, offset: number) => Promise<void>) | undefined;
  /** Bytes from front to back, where that is cheaper than to read them piece by piece. */
  readonly range?: ((offset: number, length: number) => AsyncIterable<Uint8Array>) | undefined;
}

/** Refuses what reaches past the end. */
export function demandWithin(size: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > size) {
    const message = `Expected ${length} bytes at ${offset}, got an end at ${size}`;
    throw new StructureError('TRUNCATED', message, Math.min(Math.max(offset, 0), size));
  }
}

/** Bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      demandWithin(bytes.length, offset, length);
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
}

/**
 * A part of a source, as a source whose places begin at 0.
 *
 * @throws {StructureError} `TRUNCATED` when it reaches past the end.
 */
export function partOf(source: ByteSource, offset: number, length: number): ByteSource {
  demandWithin(source.size, offset, length);
  const range = source.range?.bind(source);
  return {
    size: length,
    read(start, count) {
      demandWithin(length, start, count);
      return source.read(offset + start, count);
    },
    ...(range === undefined ? {} : { range: (start, count) => range(offset + start, count) }),
  };
}
