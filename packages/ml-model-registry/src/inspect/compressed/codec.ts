import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** What comes out, in pieces of up to a few MiB; at the end, how many bytes of the source were used. */
export type Pieces = AsyncGenerator<Uint8Array, number>;

/** A way to compress one stream of bytes. */
export interface Codec {
  readonly name: string;
  /** Whether bytes begin as this. */
  recognises(head: Uint8Array): boolean;
  /**
   * Decompresses from the start, as far as it is asked to.
   *
   * @throws {StructureError} `TRUNCATED`, `MALFORMED`, `UNSUPPORTED`, `LIMIT_EXCEEDED`.
   */
  open(source: ByteSource, inspection: Inspection): Pieces;
}
