import { LogError, shown } from '../errors.ts';
import { ALL, both, type Operator, type Query, textPattern } from './query.ts';
import { severityOf } from '../record/levels.ts';

/** A piece of a query. */
type Token =
  | { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not'; readonly at: number }
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean; readonly at: number }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: Operator;
      readonly value: string;
      readonly quoted: boolean;
      readonly at: number;
    };

const LONGEST = 4096;
const DEEPEST = 100;
const SPACE = /\s+/y;
const FIELD = /([\p{L}_@][\p{L}\p{N}_.@-]*)(!=|>=|<=|=|>|<|~)/uy;
const QUOTED = /"((?:[^"\\]|\\.)*)"/uy;
const BARE = /[^\s()"]+/uy;

/**
 * Reads a query.
 *
 * `tenant=hotel-a level>=warn durationMs>500 "disk full"`: what stands side by side must all hold. `OR`, `AND` and `NOT` (or `-`) in capitals,
 * and brackets. A word or a quoted phrase is found in any value of a record as whole words, without regard to case; `disk*` is how a word begins, `*disk*`
 * a part of one. Fields: `=`, `!=`, `<`, `<=`, `>`, `>=`, `~` (the text is in it), `field=*` (it is there), `field=hotel-*` (how it begins); inner
 * fields by their path, `err.code=ENOSPC`.
 *
 * @throws {LogError} `INVALID_QUERY`, with the place.
 */
export function parseQuery(text: string): Query {
  if (typeof text !== 'string' || text.length > LONGEST) {
    throw new LogError('INVALID_QUERY', `Expected a query of at most ${LONGEST} characters, got ${shown(text)}`);
  }
  const tokens = tokensOf(text);
  if (tokens.length === 0) return ALL;
  const reader = new TokenReader(text, tokens);
  const query = reader.or(0);
  const rest = reader.peek();
  if (rest !== undefined) throw wrong(text, rest.at, 'an end, or another condition');
  return query;
}

function wrong(text: string, at: number, expected: string): LogError {
  const got = at >= text.length ? 'the end' : shown(text.slice(at, at + 20));
  return new LogError('INVALID_QUERY', `Expected ${expected} at character ${at + 1} of the query, got ${got}`, {
    hint: 'Such as: tenant=hotel-a level>=warn durationMs>500 "disk full"',
  });
}

function match(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = match(SPACE, text, at);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const { token, length } = tokenAt(text, at);
    tokens.push(token);
    at += length;
  }
  return tokens;
}

function tokenAt(text: string, at: number): { readonly token: Token; readonly length: number } {
  const char = text[at];
  if (char === '(') return { token: { kind: 'open', at }, length: 1 };
  if (char === ')') return { token: { kind: 'close', at }, length: 1 };
  if (char === '-' && /^-[^\s)]/u.test(text.slice(at, at + 3))) return { token: { kind: 'not', at }, length: 1 };
  const [head, field, operator] = match(FIELD, text, at) ?? [];
  if (head !== undefined && field !== undefined) {
    const value = valueAt(text, at + head.length);
    if (value === undefined) throw wrong(text, at + head.length, `a value after ${shown(head)}`);
    const token = { kind: 'compare', field, operator: operator as Operator, at, ...value } as const;
    return { token: { ...token, value: value.text }, length: head.length + value.length };
  }
  const word = valueAt(text, at);
  if (word === undefined) throw wrong(text, at, 'a closing quotation mark');
  const keyword = word.quoted ? undefined : ({ AND: 'and', OR: 'or', NOT: 'not' } as const)[word.text];
  if (keyword !== undefined) return { token: { kind: keyword, at }, length: word.length };
  return { token: { kind: 'word', text: word.text, quoted: word.quoted, at }, length: word.length };
}

function valueAt(text: string, at: number): { text: string; quoted: boolean; length: number } | undefined {
  const quoted = match(QUOTED, text, at);
  if (quoted !== null) {
    return { text: (quoted[1] ?? '').replaceAll(/\\(.)/gu, '$1'), quoted: true, length: quoted[0].length };
  }
  const bare = match(BARE, text, at);
  return bare === null ? undefined : { text: bare[0], quoted: false, length: bare[0].length };
}

class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(kind: Token['kind']): boolean {
    if (this.peek()?.kind !== kind) return false;
    this.#next += 1;
    return true;
  }

  or(depth: number): Query {
    const parts = [this.#and(depth)];
    while (this.#take('or')) parts.push(this.#and(depth));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'or', parts };
  }

  #and(depth: number): Query {
    const parts = [this.#not(depth)];
    for (;;) {
      const explicit = this.#take('and');
      const { kind } = this.peek() ?? {};
      if (!explicit && (kind === undefined || kind === 'or' || kind === 'close')) return both(...parts);
      parts.push(this.#not(depth));
    }
  }

  #not(depth: number): Query {
    if (depth > DEEPEST) throw wrong(this.#text, this.peek()?.at ?? 0, `at most ${DEEPEST} levels`);
    if (this.#take('not')) return { kind: 'not', part: this.#not(depth + 1) };
    return this.#primary(depth);
  }

  #primary(depth: number): Query {
    const token = this.peek();
    if (token === undefined) throw wrong(this.#text, this.#text.length, 'a condition');
    this.#next += 1;
    if (token.kind === 'open') {
      const inner = this.or(depth + 1);
      if (!this.#take('close')) throw wrong(this.#text, this.peek()?.at ?? this.#text.length, '")"');
      return inner;
    }
    if (token.kind === 'word') return this.#word(token);
    if (token.kind === 'compare') return this.#comparison(token);
    throw wrong(this.#text, token.at, 'a condition');
  }

  #word({ text, quoted, at }: Extract<Token, { kind: 'word' }>): Query {
    const pattern = textPattern(text, quoted);
    if (pattern.needle === '') throw wrong(this.#text, at, 'a text that is not empty');
    return { kind: 'text', pattern };
  }

  #comparison({ field, operator, value, quoted, at }: Extract<Token, { kind: 'compare' }>): Query {
    if (operator === '!=') {
      return { kind: 'not', part: this.#comparison({ kind: 'compare', field, operator: '=', value, quoted, at }) };
    }
    if (operator === '~') {
      const pattern = { ...textPattern(value, quoted), openStart: true, openEnd: true };
      if (pattern.needle === '') throw wrong(this.#text, at, 'a text that is not empty');
      return { kind: 'contains', field, pattern };
    }
    if (field === 'level' && operator !== '=' && severityOf(value) === undefined) {
      throw wrong(this.#text, at, 'a level: trace, debug, info, warn, error or fatal');
    }
    if (field === 'time' && Number.isNaN(Date.parse(value))) {
      throw wrong(this.#text, at, 'a time such as 2026-11-28 or 2026-11-28T14:00:00Z');
    }
    if (operator === '=' && !quoted && value === '*') return { kind: 'has', field };
    const prefix = operator === '=' && !quoted && value.endsWith('*');
    return { kind: 'compare', field, operator, value: prefix ? value.slice(0, -1) : value, prefix };
  }
}
