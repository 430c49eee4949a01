import type { Inspection } from '../contract.ts';
import { malformed, StructureError } from '../structure-error.ts';

/** A Python literal, as the header of an array has them. */
export type PythonLiteral =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'word'; readonly word: boolean }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly PythonLiteral[] }
  | { readonly kind: 'dict'; readonly members: ReadonlyMap<string, PythonLiteral> };

/** Where the text stands, and what its walk may use up. */
export interface LiteralPlace {
  readonly inspection: Pick<Inspection, 'limits' | 'step'>;
  /** The offset of its first character, for findings. */
  readonly offset: number;
}

/**
 * Parses what NumPy writes as header: dicts with texts as keys, tuples, lists, texts, whole numbers, `True` and `False`. Everything else of Python is
 * refused. Only spaces and one end of line may follow.
 *
 * @throws {StructureError}
 */
export function parseLiteral(text: string, place: LiteralPlace): PythonLiteral {
  return new LiteralParser(text, place).document();
}

/** Texts without any escape but those of `repr`. */
const TEXT = /'((?:[^'\\\n]|\\['\\nrt]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*)'|"((?:[^"\\\n]|\\["\\nrt])*)"/y;
const NUMBER = /-?\d{1,20}/y;
const WORD = /True|False/y;

class LiteralParser {
  readonly #text: string;
  readonly #place: LiteralPlace;
  #at = 0;
  #depth = 0;

  constructor(text: string, place: LiteralPlace) {
    this.#text = text;
    this.#place = place;
  }

  document(): PythonLiteral {
    const value = this.#value();
    if (!/^ *\n?$/.test(this.#text.slice(this.#at))) throw this.#wrong('spaces up to an end');
    return value;
  }

  #value(): PythonLiteral {
    this.#place.inspection.step(1, this.#offset);
    const sign = this.#text[this.#at];
    if (sign === '{') return { kind: 'dict', members: this.#dict() };
    if (sign === '(') return this.#tuple();
    if (sign === '[') return { kind: 'list', items: this.#items(']').items };
    if (sign === "'" || sign === '"') return { kind: 'text', text: this.#string() };
    const word = this.#match(WORD);
    if (word !== undefined) return { kind: 'word', word: word[0] === 'True' };
    const number = this.#match(NUMBER);
    if (number === undefined) throw this.#wrong('a text, number, tuple or list');
    return { kind: 'number', number: Number(number[0]) };
  }

  #dict(): ReadonlyMap<string, PythonLiteral> {
    const members = new Map<string, PythonLiteral>();
    this.#each('}', () => {
      const start = this.#offset;
      const name = this.#string();
      if (members.has(name)) throw malformed('Expected each key once, got one twice', start);
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#wrong('a colon');
      this.#at += 1;
      this.#space();
      members.set(name, this.#value());
    });
    return members;
  }

  /** `(3)` is 3 in brackets, `(3,)` a tuple. */
  #tuple(): PythonLiteral {
    const { items, hasComma } = this.#items(')');
    const [only] = items;
    return only !== undefined && items.length === 1 && !hasComma ? only : { kind: 'tuple', items };
  }

  #items(close: string): { readonly items: readonly PythonLiteral[]; readonly hasComma: boolean } {
    const items: PythonLiteral[] = [];
    const hasComma = this.#each(close, () => items.push(this.#value()));
    return { items, hasComma };
  }

  /** Whatever stands between brackets, with commas, of which one may be the last. Says whether there was one. */
  #each(close: string, item: () => void): boolean {
    const { depth } = this.#place.inspection.limits;
    this.#depth += 1;
    if (this.#depth > depth)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${depth} levels, got more`, this.#offset);
    this.#at += 1;
    this.#space();
    let hasComma = false;
    for (let isFirst = true; this.#text[this.#at] !== close; isFirst = false) {
      if (!isFirst && !hasComma) throw this.#wrong(`a comma or ${close}`);
      item();
      this.#space();
      hasComma = this.#text[this.#at] === ',';
      if (hasComma) this.#at += 1;
      this.#space();
    }
    this.#at += 1;
    this.#depth -= 1;
    return hasComma;
  }

  #string(): string {
    const found = this.#match(TEXT);
    if (found === undefined) throw this.#wrong('a text');
    return (found[1] ?? found[2] ?? '').replace(/\\(?:[xuU]([0-9a-f]+)|(.))/g, (_all, code, sign) =>
      typeof code === 'string' ? characterOf(code) : (escapes[sign as string] ?? (sign as string)),
    );
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  #space(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  get #offset(): number {
    return this.#place.offset + this.#at;
  }

  #wrong(expected: string): StructureError {
    const got = this.#at >= this.#text.length ? 'an end' : 'something else';
    return malformed(`Expected ${expected}, got ${got}`, this.#offset);
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function characterOf(code: string): string {
  const point = Number.parseInt(code, 16);
  return point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
}
