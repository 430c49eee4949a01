import type { Inspection } from '../contract.ts';
import type { Cursor } from '../source/cursor.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { ArgumentKind } from './opcodes.ts';
import { Blob } from './values.ts';

/** What follows an opcode. */
export type Argument = number | bigint | string | Blob | undefined;

/** Longest text or number that is decoded; longer ones are left where they are, in bytes. */
const MAX_DECODED = 64 * 1024;

/** Shorter texts are read byte by byte, which is faster. */
const SHORT = 24;

/** Bytes of a string that are there when it has been read, to see what it is. */
const HEAD = 256;

const lengthBytes: Readonly<Partial<Record<ArgumentKind, number>>> = {
  text1: 1,
  bytes1: 1,
  string1: 1,
  long1: 1,
  text4: 4,
  bytes4: 4,
  string4: 4,
  long4: 4,
  text8: 8,
  bytes8: 8,
};

const fixedBytes: Readonly<Partial<Record<ArgumentKind, number>>> = { u1: 1, u2: 2, u4: 4, i4: 4, f8: 8, frame: 8 };

/**
 * Reads arguments without waiting. When not enough is there, `take` goes back to where it began and gives `false`; after `await cursor.need(wanted)` it
 * is asked again.
 */
export class ArgumentReader {
  readonly #cursor: Cursor;
  readonly #inspection: Inspection;
  /** Bytes that must be there before `take` is called again. */
  wanted = 0;
  /** What was read. */
  value: Argument;
  /** The first bytes of a string that was read. */
  head: Uint8Array = new Uint8Array(0);

  constructor(cursor: Cursor, inspection: Inspection) {
    this.#cursor = cursor;
    this.#inspection = inspection;
  }

  take(kind: ArgumentKind): boolean {
    if (kind === 'none') {
      this.value = undefined;
      return true;
    }
    const fixed = fixedBytes[kind];
    if (fixed !== undefined) return this.#fixed(kind, fixed);
    const prefix = lengthBytes[kind];
    if (prefix === undefined) return this.#lines(kind === 'lines' ? 2 : 1);
    return this.#prefixed(kind, prefix);
  }

  #fixed(kind: ArgumentKind, size: number): boolean {
    const cursor = this.#cursor;
    if (cursor.ready < size) return this.#want(size);
    if (kind === 'u1') this.value = cursor.u8();
    else if (kind === 'u2') this.value = cursor.u16();
    else if (kind === 'u4') this.value = cursor.u32();
    else if (kind === 'i4') this.value = cursor.i32();
    else if (kind === 'frame') this.value = cursor.u64();
    // Its bytes are the other way round, but no decision hangs on it.
    else this.value = cursor.f64();
    return true;
  }

  #prefixed(kind: ArgumentKind, prefix: number): boolean {
    const cursor = this.#cursor;
    if (cursor.ready < prefix) return this.#want(prefix);
    const start = cursor.position;
    const length = prefix === 1 ? cursor.u8() : prefix === 4 ? cursor.u32() : cursor.u64();
    if ((kind === 'string4' || kind === 'long4') && length > 0x7fffffff)
      throw malformed('Expected a length, got one below zero', start);
    const from = cursor.position;
    if (length > cursor.left)
      throw new StructureError('TRUNCATED', `Expected ${length} more bytes, got an end after ${cursor.left}`, from);
    const here = length <= MAX_DECODED ? length : HEAD;
    if (cursor.ready < here) {
      cursor.seek(start);
      return this.#want(prefix + here);
    }
    if (length < SHORT && kind.startsWith('text') && this.#short(length)) return true;
    const bytes = cursor.bytes(here);
    cursor.seek(from + length);
    this.head = bytes.length > HEAD ? bytes.subarray(0, HEAD) : bytes;
    this.value = valueOf(kind, { bytes, length, from, inspection: this.#inspection });
    return true;
  }

  /** A short text of ASCII, as nearly all are. */
  #short(length: number): boolean {
    const cursor = this.#cursor;
    const start = cursor.position;
    let text = '';
    for (let index = 0; index < length; index += 1) {
      const byte = cursor.u8();
      if (byte >= 0x80) {
        cursor.seek(start);
        return false;
      }
      text += String.fromCharCode(byte);
    }
    this.value = text;
    return true;
  }

  /** One or two lines, without their line feeds; `\n` stands between two. */
  #lines(count: number): boolean {
    const cursor = this.#cursor;
    const start = cursor.position;
    const there = cursor.bytes(cursor.ready);
    cursor.seek(start);
    let end = there.indexOf(0x0a);
    if (end >= 0 && count === 2) end = there.indexOf(0x0a, end + 1);
    if (end < 0) return this.#wantLine(there.length, start);
    this.value = Buffer.from(there.buffer, there.byteOffset, end).toString('latin1');
    cursor.seek(start + end + 1);
    return true;
  }

  #wantLine(seen: number, at: number): boolean {
    const { left } = this.#cursor;
    if (seen >= left) throw new StructureError('TRUNCATED', 'Expected the end of a line, got the end of all', at);
    const most = this.#inspection.limits.held;
    if (seen >= most)
      throw new StructureError('LIMIT_EXCEEDED', `Expected lines of at most ${most} bytes, got a longer one`, at);
    return this.#want(Math.min(Math.max(seen * 2, 256), left));
  }

  #want(bytes: number): boolean {
    this.wanted = bytes;
    return false;
  }
}

interface Found {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly from: number;
  readonly inspection: Inspection;
}

function valueOf(kind: ArgumentKind, found: Found): Argument {
  const { bytes, length, from } = found;
  const held = bytes.length === length;
  if (kind === 'long1' || kind === 'long4')
    return held && length <= 1024 ? twosComplement(bytes) : new Blob('bytes', from, length);
  if (kind.startsWith('bytes')) return new Blob('bytes', from, length);
  if (kind.startsWith('text')) return held ? utf8(bytes, found) : new Blob('text', from, length);
  // Python 2 wrote bytes and texts alike; Python 3 reads them as ASCII, and as bytes when it is told to.
  return (held ? ascii(bytes) : undefined) ?? new Blob('bytes', from, length);
}

function twosComplement(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  if (bytes.length <= 6) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readIntLE(0, bytes.length);
  const digits = Buffer.from(bytes).toReversed();
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(digits).toString('hex')}`));
}

/** The text when all of it is ASCII. */
function ascii(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\u0000-\u007f]*$/.test(text) ? text : undefined;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Python's `surrogatepass`: halves of surrogate pairs may stand alone. They become the sign for what can't be read. */
function utf8(bytes: Uint8Array, found: Found): string {
  const simple = ascii(bytes);
  if (simple !== undefined) return simple;
  try {
    return strict.decode(bytes);
  } catch {
    const text = Buffer.from(bytes).toString('utf8');
    const surrogates = bytes.some((byte, index) => byte === 0xed && (bytes[index + 1] ?? 0) >= 0xa0);
    if (!surrogates) found.inspection.find('INVALID_TEXT', 'Expected UTF-8, got other bytes in a text', found.from);
    return text;
  }
}
