import { shown } from '../errors.ts';
import { invalidVersionFile, type VersionFile } from './text-edit.ts';

/** A key of a TOML text with its value, by place. */
export interface TomlEntry {
  /** With the table that it stands in: `['tool', 'poetry', 'version']`. */
  readonly path: readonly string[];
  readonly keyStart: number;
  readonly start: number;
  readonly end: number;
}

const BARE = /[A-Za-z0-9_-]+/y;
const BLANKS = /[ \t]*/y;
const COMMENT = /#[^\n]*/y;

/**
 * Finds the keys of a TOML text and where their values stand (TOML 1.0.0). It reads what it must to tell keys from what only looks like one: tables, strings of
 * all four kinds, lists and comments. What a value is made of is left to those whose file it is.
 *
 * @throws {VersioningError} `INVALID_VERSION_FILE`.
 */
export function scanToml(file: VersionFile): TomlEntry[] {
  return new TomlScanner(file).entries();
}

class TomlScanner {
  readonly #file: VersionFile;
  readonly #text: string;
  #at = 0;

  constructor(file: VersionFile) {
    this.#file = file;
    this.#text = file.text;
  }

  entries(): TomlEntry[] {
    const entries: TomlEntry[] = [];
    let table: readonly string[] = [];
    for (;;) {
      this.#pass(BLANKS);
      const mark = this.#text[this.#at];
      if (mark === undefined) return entries;
      if (mark === '[') table = this.#table();
      else if (mark !== '#' && mark !== '\n' && mark !== '\r') entries.push(this.#entry(table));
      this.#lineEnd();
    }
  }

  /** `[a.b]` or `[[a.b]]`; of the latter there may be several, so that nothing in one is *the* version. */
  #table(): readonly string[] {
    const isList = this.#text.startsWith('[[', this.#at);
    this.#at += isList ? 2 : 1;
    const path = this.#path();
    this.#expect(isList ? ']]' : ']');
    return isList ? [...path, '*'] : path;
  }

  #entry(table: readonly string[]): TomlEntry {
    const keyStart = this.#at;
    const path = [...table, ...this.#path()];
    this.#expect('=');
    this.#pass(BLANKS);
    const start = this.#at;
    this.#value();
    // What stands behind a number or a date belongs to no value.
    const end = start + this.#text.slice(start, this.#at).trimEnd().length;
    if (end === start) throw this.#unexpected('a value');
    return { path, keyStart, start, end };
  }

  #path(): string[] {
    const path: string[] = [];
    do {
      this.#pass(BLANKS);
      path.push(this.#key());
      this.#pass(BLANKS);
    } while (this.#passes('.'));
    return path;
  }

  #key(): string {
    const start = this.#at;
    const quote = this.#text[start];
    if (quote !== '"' && quote !== "'") {
      if (!this.#pass(BARE)) throw this.#unexpected('a key');
      return this.#text.slice(start, this.#at);
    }
    this.#string(quote);
    const inner = this.#text.slice(start + 1, this.#at - 1);
    return quote === "'" ? inner : unescaped(inner);
  }

  /** Up to the end of the line, or of what is open there. */
  #value(): void {
    let depth = 0;
    for (let mark = this.#text[this.#at]; mark !== undefined; mark = this.#text[this.#at]) {
      if (mark === '"' || mark === "'") {
        this.#string(mark);
        continue;
      }
      if (mark === '#') {
        if (depth === 0) return;
        this.#pass(COMMENT);
        continue;
      }
      if (mark === '\n' && depth === 0) return;
      if (mark === '[' || mark === '{') depth++;
      if ((mark === ']' || mark === '}') && --depth < 0) throw this.#unexpected('the end of the line');
      this.#at++;
    }
    if (depth > 0) throw this.#unexpected('the end of a list or table');
  }

  #string(quote: '"' | "'"): void {
    const start = this.#at;
    const isLong = this.#text.startsWith(quote.repeat(3), start);
    const close = isLong ? quote.repeat(3) : quote;
    for (let at = start + close.length; at < this.#text.length; at++) {
      if (quote === '"' && this.#text[at] === '\\') at++;
      else if (!isLong && this.#text[at] === '\n') break;
      else if (this.#text.startsWith(close, at)) {
        this.#at = at + close.length;
        // Up to two quotes may stand before the three that end it.
        for (let more = 0; isLong && more < 2 && this.#text[this.#at] === quote; more++) this.#at++;
        return;
      }
    }
    throw this.#unexpected('a string that ends');
  }

  #lineEnd(): void {
    this.#pass(BLANKS);
    this.#pass(COMMENT);
    this.#passes('\r');
    if (this.#at < this.#text.length && !this.#passes('\n')) throw this.#unexpected('the end of the line');
  }

  #expect(mark: string): void {
    if (!this.#passes(mark)) throw this.#unexpected(shown(mark));
  }

  #passes(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  /** Passes what a pattern matches here; whether that is anything. */
  #pass(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found !== '';
  }

  #unexpected(expected: string): Error {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const got = rest === '' ? 'the end of the text' : shown(rest);
    return invalidVersionFile(this.#file, expected, { offset: this.#at, got });
  }
}

/** A key between double quotes; one with an escape that JSON does not have is nobody's version. */
function unescaped(inner: string): string {
  try {
    return JSON.parse(`"${inner}"`) as string;
  } catch {
    return inner;
  }
}
