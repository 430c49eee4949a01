import { malformed, StructureError } from '../structure-error.ts';

/** All ones: an address of nothing. */
const NOWHERE = 0xffff_ffff_ffff_ffffn;

/** Takes the fields of a structure, one after the other. Numbers are little-endian. */
export class Fields {
  readonly bytes: Uint8Array;
  /** The place of its first byte in the file. */
  readonly start: number;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.start = start;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The place of the next field in the file. */
  get place(): number {
    return this.start + this.#at;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Eight bytes. Above 2^53 it is not exact, but it is larger than any file is. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** A number of 1 to 8 bytes. */
  uint(length: number): number {
    return this.take(length).reduceRight((all, byte) => all * 256 + byte, 0);
  }

  /** An address, counted from the base; `undefined` for that of nothing. */
  address(): number | undefined {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    return value === NOWHERE ? undefined : Number(value);
  }

  take(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  /** The next `length` bytes, with fields of their own. */
  part(length: number): Fields {
    const place = this.place;
    return new Fields(this.take(length), place);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** Goes on to a multiple of eight bytes from the start. */
  align(): void {
    this.skip(Math.min((8 - (this.#at % 8)) % 8, this.left));
  }

  /** Text up to a zero, which is taken, too. */
  zeroEnded(): Uint8Array {
    const end = this.bytes.indexOf(0, this.#at);
    if (end === -1) throw malformed('Expected a zero after a text, got none', this.place);
    const text = this.take(end - this.#at);
    this.skip(1);
    return text;
  }

  /** Refuses everything but these versions. */
  version(...known: readonly number[]): number {
    const place = this.place;
    const version = this.u8();
    if (!known.includes(version))
      throw new StructureError('UNSUPPORTED', `Expected version ${known.join(' or ')}, got ${version}`, place);
    return version;
  }

  #advance(count: number): number {
    const at = this.#at;
    if (count < 0 || at + count > this.bytes.length)
      throw malformed(`Expected ${count} more bytes of a structure, got ${this.left}`, this.place);
    this.#at += count;
    return at;
  }
}
