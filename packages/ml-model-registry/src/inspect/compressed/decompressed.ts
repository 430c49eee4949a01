import type { Inspection } from '../contract.ts';
import { type ByteSource, demandWithin, memorySource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import type { Codec, Pieces } from './codec.ts';

/** What comes out of up to so many bytes stays in memory; more is decompressed again where it is read again. */
const KEPT = 32 * 1024 * 1024;

/** Bytes that may come out whatever the ratio is. */
const FREE = 1024 * 1024;

/**
 * What comes out of a compressed source, as a source. All of it is decompressed once, within the limits of size and ratio, to know how much it is.
 *
 * @throws {StructureError}
 */
export async function decompressed(source: ByteSource, codec: Codec, inspection: Inspection): Promise<ByteSource> {
  const pieces = codec.open(source, inspection);
  const most = Math.min(KEPT, inspection.limits.held);
  const kept: Uint8Array[] = [];
  let size = 0;
  let result = await pieces.next();
  for (; result.done !== true; result = await pieces.next()) {
    size += result.value.length;
    inspection.step(1, 0);
    inspection.inflate(result.value.length, 0);
    if (size > FREE + source.size * inspection.limits.ratio) {
      await pieces.return(0);
      throw new StructureError(
        'LIMIT_EXCEEDED',
        `Expected at most ${inspection.limits.ratio} times the compressed bytes, got more`,
        0,
      );
    }
    if (size <= most) kept.push(result.value);
    else kept.length = 0;
  }
  if (result.value < source.size)
    inspection.find(
      'HIDDEN_BYTES',
      `Expected the end after what is compressed, got ${source.size - result.value} more bytes`,
      result.value,
    );
  return size <= most ? memorySource(Buffer.concat(kept)) : new Again({ source, codec, inspection, size });
}

/** Decompresses again while it is read from front to back; what is before the last read begins again at the start. */
class Again implements ByteSource {
  readonly size: number;
  readonly #open: () => Pieces;
  readonly #inspection: Inspection;
  #pieces: Pieces;
  #window: Uint8Array = new Uint8Array(0);
  /** Where the window begins. */
  #start = 0;

  constructor(from: {
    readonly source: ByteSource;
    readonly codec: Codec;
    readonly inspection: Inspection;
    readonly size: number;
  }) {
    this.size = from.size;
    this.#inspection = from.inspection;
    this.#open = () => from.codec.open(from.source, from.inspection);
    this.#pieces = this.#open();
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    demandWithin(this.size, offset, length);
    if (offset < this.#start) await this.#restart();
    while (this.#start + this.#window.length < offset + length) await this.#advance(offset);
    return this.#window.subarray(offset - this.#start, offset - this.#start + length);
  }

  async #restart(): Promise<void> {
    await this.#pieces.return(0);
    this.#pieces = this.#open();
    this.#window = new Uint8Array(0);
    this.#start = 0;
  }

  /** Takes the next piece, and leaves what is before `offset`. */
  async #advance(offset: number): Promise<void> {
    const next = await this.#pieces.next();
    if (next.done === true)
      throw new StructureError('TRUNCATED', 'Expected as many bytes as before, got fewer', this.#start);
    this.#inspection.inflate(next.value.length, 0);
    const drop = Math.min(Math.max(offset - this.#start, 0), this.#window.length);
    this.#window = Buffer.concat([this.#window.subarray(drop), next.value]);
    this.#start += drop;
  }
}
