/** Reflected form of the polynomial of Jones, 0xad93d23594c935a9. */
const POLYNOMIAL = 0x95ac9329ac4bc9b5n;
const WORD = 0xffffffffn;

/** `[high, low]` halves of the remainder of each byte, as numbers have no 64 bits and BigInts are slow. */
function tables(): readonly [Uint32Array, Uint32Array] {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ POLYNOMIAL : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & WORD);
  }
  return [high, low];
}

/** CRC-64 as Redis has it in its files: polynomial of Jones, reflected, beginning and ending with zero. */
export class Crc64 {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  #valueHigh = 0;
  #valueLow = 0;

  constructor() {
    [this.#high, this.#low] = tables();
  }

  push(bytes: Uint8Array): void {
    const high = this.#high;
    const low = this.#low;
    let valueHigh = this.#valueHigh;
    let valueLow = this.#valueLow;
    for (let at = 0; at < bytes.length; at++) {
      const index = (valueLow ^ (bytes[at] as number)) & 255;
      valueLow = ((valueLow >>> 8) | (valueHigh << 24)) ^ (low[index] as number);
      valueHigh = (valueHigh >>> 8) ^ (high[index] as number);
    }
    this.#valueHigh = valueHigh;
    this.#valueLow = valueLow;
  }

  get value(): bigint {
    return (BigInt(this.#valueHigh >>> 0) << 32n) | BigInt(this.#valueLow >>> 0);
  }
}
