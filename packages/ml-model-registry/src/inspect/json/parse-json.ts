import type { Inspection } from '../contract.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { ItemList } from './item-list.ts';
import type { JsonNode } from './json-node.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Where the text stands in what is inspected, and what its walk may use up. */
export interface JsonPlace {
  readonly inspection: Pick<Inspection, 'limits' | 'step'>;
  /** The offset of its first byte, for findings. */
  readonly offset: number;
}

/**
 * Parses JSON (RFC 8259) as models have it, from anyone: valid UTF-8, no member twice in an object (two readers might see two models), nesting and
 * size within limits. Each value knows its place. Only white space may follow; that is how safetensors pads.
 *
 * @throws {StructureError}
 */
export function parseJson(bytes: Uint8Array, place: JsonPlace): JsonNode {
  return new JsonParser(bytes, place).document();
}

class JsonParser {
  readonly #bytes: Uint8Array;
  readonly #place: JsonPlace;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, place: JsonPlace) {
    this.#bytes = bytes;
    this.#place = place;
  }

  document(): JsonNode {
    const node = this.#value();
    this.#space();
    if (this.#at < this.#bytes.length) throw this.#wrong('an end');
    return node;
  }

  #value(): JsonNode {
    this.#space();
    const at = this.#place.offset + this.#at;
    this.#place.inspection.step(1, at);
    const sign = this.#bytes[this.#at];
    if (sign === 0x7b) return { at, kind: 'object', members: this.#object() };
    if (sign === 0x5b) return this.#array(at);
    if (sign === QUOTE) return { at, kind: 'string', text: this.#string() };
    return this.#wordOrNumber(at);
  }

  #object(): ReadonlyMap<string, JsonNode> {
    const members = new Map<string, JsonNode>();
    this.#items(0x7d, () => {
      this.#space();
      if (this.#bytes[this.#at] !== QUOTE) throw this.#wrong('the name of a member');
      const start = this.#at;
      const name = this.#string();
      if (members.has(name)) throw malformed('Expected each member once, got one twice', this.#place.offset + start);
      this.#space();
      if (this.#bytes[this.#at] !== COLON) throw this.#wrong('a colon');
      this.#at += 1;
      members.set(name, this.#value());
    });
    return members;
  }

  #array(at: number): JsonNode {
    const items = new ItemList();
    this.#items(0x5d, () => items.add(this.#value()));
    return items.node(at);
  }

  /** Whatever stands between an opening sign and `close`, with commas. */
  #items(close: number, item: () => void): void {
    const { depth } = this.#place.inspection.limits;
    this.#depth += 1;
    if (this.#depth > depth) {
      throw new StructureError(
        'LIMIT_EXCEEDED',
        `Expected at most ${depth} levels, got more`,
        this.#place.offset + this.#at,
      );
    }
    this.#at += 1;
    this.#space();
    if (this.#bytes[this.#at] !== close) {
      item();
      this.#space();
      while (this.#bytes[this.#at] === COMMA) {
        this.#at += 1;
        item();
        this.#space();
      }
      if (this.#bytes[this.#at] !== close) throw this.#wrong('a comma or the end of an object or array');
    }
    this.#at += 1;
    this.#depth -= 1;
  }

  #string(): string {
    const start = this.#at;
    let isPlain = true;
    let end = start + 1;
    for (let byte = this.#bytes[end]; byte !== QUOTE; byte = this.#bytes[end]) {
      if (byte === undefined) throw this.#wrong('the end of a text');
      if (byte < 0x20) throw malformed('Expected text, got a control character', this.#place.offset + end);
      if (byte === BACKSLASH) isPlain = false;
      end += byte === BACKSLASH ? 2 : 1;
    }
    this.#at = end + 1;
    try {
      const text = utf8.decode(this.#bytes.subarray(start + 1, end));
      return isPlain ? text : (JSON.parse(`"${text}"`) as string);
    } catch {
      throw malformed('Expected text in UTF-8 with escapes of JSON, got other bytes', this.#place.offset + start);
    }
  }

  #wordOrNumber(at: number): JsonNode {
    const start = this.#at;
    while (isOfWord(this.#bytes[this.#at])) this.#at += 1;
    const text = String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.#at, start + 400)));
    if (text === 'true' || text === 'false') return { at, kind: 'word', word: text === 'true' };
    if (text === 'null') return { at, kind: 'word', word: null };
    if (!NUMBER.test(text) || this.#at - start > 400)
      throw malformed('Expected a value of JSON, got something else', at);
    return { at, kind: 'number', number: Number(text) };
  }

  #space(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }

  #wrong(expected: string): StructureError {
    const got = this.#at >= this.#bytes.length ? 'an end' : 'something else';
    return malformed(`Expected ${expected}, got ${got}`, this.#place.offset + this.#at);
  }
}

/** Letters, digits, `+`, `-` and `.`. */
function isOfWord(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45
  );
}
