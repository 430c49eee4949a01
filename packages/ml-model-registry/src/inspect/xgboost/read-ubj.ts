import type { Inspection } from '../contract.ts';
import type { JsonNode } from '../json/json-node.ts';
import { malformed, StructureError } from '../structure-error.ts';

/** Bytes of a number, by the sign of its type (Universal Binary JSON, draft 12). */
const numberBytes: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/**
 * Reads Universal Binary JSON as XGBoost writes it: big-endian numbers, arrays of one type with a count (`[$l#`), objects with or without a count.
 *
 * @throws {StructureError}
 */
export function readUbj(bytes: Uint8Array, inspection: Pick<Inspection, 'limits' | 'step'>): JsonNode {
  return new UbjReader(bytes, inspection).document();
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class UbjReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #inspection: Pick<Inspection, 'limits' | 'step'>;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, inspection: Pick<Inspection, 'limits' | 'step'>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#inspection = inspection;
  }

  document(): JsonNode {
    const node = this.#value(this.#sign());
    if (this.#at < this.#bytes.length) {
      throw new StructureError(
        'HIDDEN_BYTES',
        `Expected an end after the document, got ${this.#bytes.length - this.#at} bytes`,
        this.#at,
      );
    }
    return node;
  }

  #value(sign: string): JsonNode {
    const at = this.#at - 1;
    this.#inspection.step(1, at);
    if (sign === '{') return this.#nested(() => ({ at, kind: 'object', members: this.#members() }));
    if (sign === '[') return this.#nested(() => this.#array(at));
    if (sign === 'S') return { at, kind: 'string', text: this.#text() };
    if (sign === 'C') return { at, kind: 'string', text: String.fromCharCode(this.#take(1)[0] ?? 0) };
    if (sign === 'T' || sign === 'F') return { at, kind: 'word', word: sign === 'T' };
    if (sign === 'Z') return { at, kind: 'word', word: null };
    return { at, kind: 'number', number: this.#number(sign) };
  }

  #nested(read: () => JsonNode): JsonNode {
    const { depth } = this.#inspection.limits;
    this.#depth += 1;
    if (this.#depth > depth)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${depth} levels, got more`, this.#at);
    const node = read();
    this.#depth -= 1;
    return node;
  }

  #members(): ReadonlyMap<string, JsonNode> {
    const members = new Map<string, JsonNode>();
    const count = this.#peek() === '#' ? this.#count() : undefined;
    while (count === undefined ? this.#peek() !== '}' : members.size < count) {
      const start = this.#at;
      const name = this.#text();
      if (members.has(name)) throw malformed('Expected each member once, got one twice', start);
      members.set(name, this.#value(this.#sign()));
    }
    // Writers of objects with a count close them all the same, or don't.
    if (count === undefined || this.#peek() === '}') this.#at += 1;
    return members;
  }

  #array(at: number): JsonNode {
    if (this.#peek() === '$') return this.#typedArray(at);
    const items: JsonNode[] = [];
    const count = this.#peek() === '#' ? this.#count() : undefined;
    while (count === undefined ? this.#peek() !== ']' : items.length < count) items.push(this.#value(this.#sign()));
    if (count === undefined) this.#at += 1;
    const numbers = items.map((item) => (item.kind === 'number' ? item.number : Number.NaN));
    const isNumbers = items.length > 0 && items.every(({ kind }) => kind === 'number');
    return isNumbers ? { at, kind: 'numbers', numbers: Float64Array.from(numbers) } : { at, kind: 'array', items };
  }

  /** `$`, a type, `#`, a count, and that many numbers without their types. */
  #typedArray(at: number): JsonNode {
    this.#at += 1;
    const type = this.#sign();
    const size = numberBytes[type];
    if (size === undefined) throw malformed(`Expected an array of numbers, got type ${JSON.stringify(type)}`, at);
    if (this.#peek() !== '#') throw malformed('Expected a count of a typed array, got none', this.#at);
    const count = this.#count();
    if (count * size > this.#bytes.length - this.#at) {
      throw new StructureError(
        'TRUNCATED',
        `Expected ${count * size} more bytes, got ${this.#bytes.length - this.#at}`,
        this.#at,
      );
    }
    this.#inspection.step(count, at);
    if (count === 0) return { at, kind: 'array', items: [] };
    const numbers = new Float64Array(count);
    for (let index = 0; index < count; index += 1) numbers[index] = this.#number(type);
    return { at, kind: 'numbers', numbers };
  }

  #count(): number {
    this.#at += 1;
    const start = this.#at;
    const count = this.#number(this.#sign());
    if (!Number.isSafeInteger(count) || count < 0) throw malformed(`Expected a count, got ${count}`, start);
    return count;
  }

  #text(): string {
    const start = this.#at;
    const length = this.#number(this.#sign());
    if (!Number.isSafeInteger(length) || length < 0)
      throw malformed(`Expected a length of a text, got ${length}`, start);
    const bytes = this.#take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new StructureError('INVALID_TEXT', 'Expected text in UTF-8, got other bytes', start);
    }
  }

  #number(sign: string): number {
    const size = numberBytes[sign];
    if (size === undefined) throw malformed(`Expected a number, got type ${JSON.stringify(sign)}`, this.#at - 1);
    const at = this.#at;
    this.#take(size);
    if (sign === 'i') return this.#view.getInt8(at);
    if (sign === 'U') return this.#view.getUint8(at);
    if (sign === 'I') return this.#view.getInt16(at);
    if (sign === 'l') return this.#view.getInt32(at);
    if (sign === 'L') return Number(this.#view.getBigInt64(at));
    return sign === 'd' ? this.#view.getFloat32(at) : this.#view.getFloat64(at);
  }

  #sign(): string {
    // `N` stands for nothing.
    let byte = this.#take(1)[0] ?? 0;
    while (byte === 0x4e) byte = this.#take(1)[0] ?? 0;
    return String.fromCharCode(byte);
  }

  #peek(): string {
    const byte = this.#bytes[this.#at];
    if (byte === undefined)
      throw new StructureError('TRUNCATED', 'Expected more of the document, got an end', this.#at);
    return String.fromCharCode(byte);
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) {
      throw new StructureError(
        'TRUNCATED',
        `Expected ${count} more bytes, got ${this.#bytes.length - this.#at}`,
        this.#at,
      );
    }
    const found = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return found;
  }
}
