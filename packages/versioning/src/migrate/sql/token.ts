import type { Dialect } from '../model.ts';
import { invalidSql } from './invalid-sql.ts';

/**
 * What a piece of SQL is. `text`: a literal. `name`: a quoted identifier. `word`: a keyword, a name or a number. `opening` and `closing`
 * surround what only some versions of MySQL or MariaDB run.
 */
export type TokenKind = 'blank' | 'comment' | 'text' | 'name' | 'word' | 'symbol' | 'opening' | 'closing';

/** A piece of SQL that is never split. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** What decides how a text is read. */
export interface Reading {
  readonly text: string;
  readonly dialect: Dialect;
  /** What ends a statement. */
  readonly delimiter: string;
  /** Whether this is within what begins with an exclamation mark in a comment. */
  readonly isConditional: boolean;
}

const BLANK = /\s+/y;
const WORD = /[A-Za-z0-9_$\u0080-\uFFFF]+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*)?\$/y;
const CONTINUED = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:\s|--[^\n\r]*[\n\r])*'/y;
const CONDITIONAL = /\/\*M?![0-9]*/y;

function matchAt(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** The token at a place, by the rules of the server's own lexer. @throws {VersioningError} `INVALID_SQL` for what never ends. */
export function tokenAt(reading: Reading, start: number): Token {
  const { text, isConditional } = reading;
  const blank = matchAt(BLANK, text, start);
  if (blank !== undefined) return { kind: 'blank', start, end: blank };
  if (isConditional && text.startsWith('*/', start)) return { kind: 'closing', start, end: start + 2 };
  return commentAt(reading, start) ?? quotedAt(reading, start) ?? plainAt(reading, start);
}

function commentAt({ text, dialect }: Reading, start: number): Token | undefined {
  const isLine = dialect === 'mysql' ? /--(?:[\s\p{Cc}]|$)|#/uy : /--/y;
  if (matchAt(isLine, text, start) !== undefined) {
    // PostgreSQL alone takes a carriage return for the end of a line.
    const end = matchAt(dialect === 'postgres' ? /[^\n\r]*/y : /[^\n]*/y, text, start);
    return { kind: 'comment', start, end: end ?? text.length };
  }
  if (!text.startsWith('/*', start)) return undefined;
  const opening = dialect === 'mysql' ? matchAt(CONDITIONAL, text, start) : undefined;
  if (opening !== undefined) return { kind: 'opening', start, end: opening };
  return {
    kind: 'comment',
    start,
    end: dialect === 'postgres' ? nestedEnd(text, start) : flatEnd(text, start, dialect),
  };
}

function flatEnd(text: string, start: number, dialect: Dialect): number {
  const end = text.indexOf('*/', start + 2);
  if (end !== -1) return end + 2;
  if (dialect === 'sqlite') return text.length;
  throw endless('a comment', '*/', { text, at: start });
}

function nestedEnd(text: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start + 2;
  for (let depth = 1, found = edge.exec(text); found !== null; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  throw endless('a comment', '*/', { text, at: start });
}

function quotedAt(reading: Reading, start: number): Token | undefined {
  const { text, dialect } = reading;
  const first = text[start] ?? '';
  if (first === "'") return { kind: 'text', start, end: quoteEnd(reading, start, dialect === 'mysql') };
  if (first === '"') {
    if (dialect === 'mysql') return { kind: 'text', start, end: quoteEnd(reading, start, true) };
    return { kind: 'name', start, end: quoteEnd(reading, start, false) };
  }
  if (first === '`' && dialect !== 'postgres') return { kind: 'name', start, end: quoteEnd(reading, start, false) };
  if (first === '[' && dialect === 'sqlite') return { kind: 'name', start, end: bracketEnd(text, start) };
  if (dialect !== 'postgres') return undefined;
  if (/[eE]/.test(first) && text[start + 1] === "'") {
    return { kind: 'text', start, end: escapedEnd(reading, start + 1) };
  }
  const tagEnd = matchAt(DOLLAR_TAG, text, start);
  return tagEnd === undefined ? undefined : { kind: 'text', start, end: dollarEnd(text, start, tagEnd) };
}

/** A quote within is doubled, which reads like two literals side by side; where backslashes count, they take the next character with them. */
function quoteEnd({ text }: Reading, open: number, hasBackslashes: boolean): number {
  const quote = text[open] as string;
  for (let at = open + 1; at < text.length; at++) {
    if (hasBackslashes && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  throw endless(quote === "'" ? 'a literal' : 'a quoted text', quote, { text, at: open });
}

/** A literal goes on in the next line, and backslashes count there, too. */
function escapedEnd(reading: Reading, open: number): number {
  const end = quoteEnd(reading, open, true);
  const next = matchAt(CONTINUED, reading.text, end);
  return next === undefined ? end : escapedEnd(reading, next - 1);
}

function bracketEnd(text: string, start: number): number {
  const end = text.indexOf(']', start);
  if (end === -1) throw endless('a quoted name', ']', { text, at: start });
  return end + 1;
}

function dollarEnd(text: string, start: number, tagEnd: number): number {
  const tag = text.slice(start, tagEnd);
  const end = text.indexOf(tag, tagEnd);
  if (end === -1) throw endless('a dollar quote', tag, { text, at: start });
  return end + tag.length;
}

function plainAt({ text, delimiter }: Reading, start: number): Token {
  const word = matchAt(WORD, text, start);
  if (word === undefined) return { kind: 'symbol', start, end: start + 1 };
  // A delimiter may be of characters that names have, as $$.
  const cut = text.slice(start, word).indexOf(delimiter);
  return { kind: 'word', start, end: cut > 0 ? start + cut : word };
}

function endless(what: string, end: string, place: { readonly text: string; readonly at: number }): Error {
  return invalidSql(
    `the end of ${what} that begins`,
    { got: `no ${end}`, hint: `Add the missing ${end}, or take what opens it away.` },
    place,
  );
}
