import { shown } from '../errors.ts';
import { invalidVersionFile, type VersionFile } from './text-edit.ts';

/** A value in a JSON text, by its place. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/** A member of an object. */
export interface JsonMember {
  /** Read, without escapes. */
  readonly key: string;
  readonly keySpan: JsonSpan;
  readonly value: JsonSpan;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/**
 * Finds the values of a JSON text by their place (RFC 8259), so that one can be changed and all else stays as it is. It takes the text that
 * `JSON.parse` takes, and no depth is too deep for it.
 */
export class JsonScanner {
  readonly #file: VersionFile;
  readonly #text: string;
  #at = 0;

  constructor(file: VersionFile) {
    this.#file = file;
    this.#text = file.text;
  }

  /**
   * The only value of the text.
   *
   * @throws {VersioningError} `INVALID_VERSION_FILE` when it is no JSON.
   */
  root(): JsonSpan {
    this.#at = 0;
    const span = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#unexpected('nothing behind the value');
    return span;
  }

  /** The members of an object that was found to be JSON. */
  members(object: JsonSpan): JsonMember[] {
    this.#at = object.start + 1;
    const members: JsonMember[] = [];
    for (this.#blanks(); this.#text[this.#at] !== '}'; this.#blanks()) {
      if (this.#text[this.#at] === ',') this.#at++;
      const keySpan = this.#key();
      const key = JSON.parse(this.#text.slice(keySpan.start, keySpan.end)) as string;
      members.push({ key, keySpan, value: this.#value() });
    }
    return members;
  }

  /** Passes a value. Objects and lists that are open are kept in a list of their own: texts may be deeper than calls. */
  #value(): JsonSpan {
    this.#blanks();
    const start = this.#at;
    const open: ('}' | ']')[] = [];
    do {
      if (this.#opened(open)) continue;
      while (open.length > 0 && !this.#next(open)) open.pop();
    } while (open.length > 0);
    return { start, end: this.#at };
  }

  /** Passes a scalar or an empty container, or enters another one: `true` then. */
  #opened(open: ('}' | ']')[]): boolean {
    this.#blanks();
    const first = this.#text[this.#at];
    if (first !== '{' && first !== '[') {
      this.#scalar(first);
      return false;
    }
    const close = first === '{' ? '}' : ']';
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return false;
    }
    open.push(close);
    if (close === '}') this.#key();
    return true;
  }

  /** After a value in a container: whether another one follows. */
  #next(open: readonly ('}' | ']')[]): boolean {
    this.#blanks();
    const close = open.at(-1);
    const mark = this.#text[this.#at];
    if (mark !== ',' && mark !== close) throw this.#unexpected(`"," or "${close}"`);
    this.#at++;
    if (mark === close) return false;
    if (close === '}') this.#key();
    return true;
  }

  #key(): JsonSpan {
    this.#blanks();
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#unexpected('a key in quotes');
    this.#string();
    const span = { start, end: this.#at };
    this.#blanks();
    if (this.#text[this.#at] !== ':') throw this.#unexpected('":"');
    this.#at++;
    return span;
  }

  #scalar(first: string | undefined): void {
    if (first === '"') {
      this.#string();
      return;
    }
    const token = [NUMBER, WORD].find((each) => {
      each.lastIndex = this.#at;
      return each.test(this.#text);
    });
    if (token === undefined) throw this.#unexpected('a value');
    this.#at = token.lastIndex;
  }

  #string(): void {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === BACKSLASH) at++;
      else if (unit === QUOTE) {
        this.#at = at + 1;
        this.#checkString(start);
        return;
      }
    }
    throw this.#unexpected('a string that ends');
  }

  /** Escapes and control characters are as `JSON.parse` wants them. */
  #checkString(start: number): void {
    try {
      JSON.parse(this.#text.slice(start, this.#at));
    } catch {
      this.#at = start;
      throw this.#unexpected('a string of JSON');
    }
  }

  #blanks(): void {
    while (BLANKS.has(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #unexpected(expected: string): Error {
    const got = this.#at < this.#text.length ? shown(this.#text.slice(this.#at, this.#at + 20)) : 'the end of the text';
    return invalidVersionFile(this.#file, expected, { offset: this.#at, got });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
