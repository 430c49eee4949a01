/**
 * Patterns as `.gitignore` has them, compiled.
 *
 * Text and patterns are _byte strings_: one character per byte (`latin1`), so that names which are not UTF-8
 * keep their bytes. `?` and `[...]` still take a whole UTF-8 character where there is one; git takes one byte.
 */

/** In {@link NamePattern} tokens: any one character. */
export const ANY_CHARACTER = -1;
/** In {@link NamePattern} tokens: any run of characters. */
export const ANY_RUN = -2;
/** The first token that stands for a character class; `FIRST_CLASS - n` is `classes[n]`. */
export const FIRST_CLASS = -3;

/** `[...]`: pairs of first and last code point. */
export interface CharacterClass {
  readonly negated: boolean;
  readonly ranges: readonly number[];
}

/** What one path segment has to look like. */
export type NamePattern =
  | { readonly kind: 'literal'; readonly text: string }
  /** `*` and a literal. */
  | { readonly kind: 'suffix'; readonly text: string }
  /** A byte (0-255), {@link ANY_CHARACTER}, {@link ANY_RUN} or a class each. */
  | { readonly kind: 'tokens'; readonly tokens: readonly number[]; readonly classes: readonly CharacterClass[] };

/** Any number of segments, none included: `**`. */
export const ANY_SEGMENTS = 'any-segments';

/** A pattern for whole paths. */
export interface PathPattern {
  /** Without a slash in it, a pattern is for the last segment of a path only. */
  readonly nameOnly: boolean;
  readonly segments: readonly (NamePattern | typeof ANY_SEGMENTS)[];
}

/** Bytes of the UTF-8 character at `index`, or 1 where there is none. */
export function characterLength(text: string, index: number): number {
  const first = text.charCodeAt(index);
  if (first < 0xc2 || first > 0xf4) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let i = 1; i < length; i++) {
    const byte = text.charCodeAt(index + i);
    if (!(byte >= 0x80 && byte < 0xc0)) return 1;
  }
  return length;
}

/** The character at `index` as a number: a code point, or past them all for a byte that is not UTF-8. */
export function characterCode(text: string, index: number, length: number): number {
  const first = text.charCodeAt(index);
  if (length === 1) return first < 0x80 ? first : 0x110000 + first;
  let code = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | (text.charCodeAt(index + i) & 0x3f);
  return code;
}

/**
 * Compiles a pattern that has lost its `!` and its trailing `/`.
 *
 * Returns `undefined` for one that can't match anything: an open bracket, an unknown class, a backslash at the end.
 */
export function compilePathPattern(pattern: string): PathPattern | undefined {
  const nameOnly = !pattern.includes('/');
  const parser = new PatternParser(pattern.startsWith('/') ? pattern.slice(1) : pattern);
  const segments: (NamePattern | typeof ANY_SEGMENTS)[] = [];
  for (let separator: Separator = '/'; separator !== 'none';) {
    const segment = parser.segment(nameOnly);
    if (segment === undefined) return undefined;
    segments.push(segment);
    separator = parser.separator();
    // "a/**" is what lies in a, not a itself: something has to follow. git wants the same of "**" before `\/`.
    if (segment === ANY_SEGMENTS && separator !== '/') segments.push({ kind: 'suffix', text: '' });
  }
  return { nameOnly, segments };
}

const NAMED_CLASSES: ReadonlyMap<string, readonly number[]> = new Map([
  ['alnum', [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a]],
  ['alpha', [0x41, 0x5a, 0x61, 0x7a]],
  ['blank', [0x20, 0x20, 0x09, 0x09]],
  ['cntrl', [0x00, 0x1f, 0x7f, 0x7f]],
  ['digit', [0x30, 0x39]],
  ['graph', [0x21, 0x7e]],
  ['lower', [0x61, 0x7a]],
  ['print', [0x20, 0x7e]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', [0x20, 0x20, 0x09, 0x0d]],
  ['upper', [0x41, 0x5a]],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
]);

type Separator = '/' | 'escaped' | 'none';

class PatternParser {
  readonly #text: string;
  #at = 0;
  #classes: CharacterClass[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads up to the next separator. An empty segment never matches, like an invalid one. */
  segment(nameOnly: boolean): NamePattern | typeof ANY_SEGMENTS | undefined {
    const start = this.#at;
    const tokens: number[] = [];
    this.#classes = [];
    while (this.#at < this.#text.length && !this.#atSeparator()) {
      const token = this.#token();
      if (token === undefined) return undefined;
      if (token !== ANY_RUN || tokens.at(-1) !== ANY_RUN) tokens.push(token);
    }
    if (tokens.length === 0) return undefined;
    if (!nameOnly && this.#at - start >= 2 && tokens.length === 1 && tokens[0] === ANY_RUN) return ANY_SEGMENTS;
    return simplify(tokens, this.#classes);
  }

  /** Steps over a separator, if there is one here. */
  separator(): Separator {
    if (this.#at >= this.#text.length) return 'none';
    const escaped = this.#text[this.#at] === '\\';
    this.#at += escaped ? 2 : 1;
    return escaped ? 'escaped' : '/';
  }

  #atSeparator(): boolean {
    return this.#text[this.#at] === '/' || (this.#text[this.#at] === '\\' && this.#text[this.#at + 1] === '/');
  }

  #token(): number | undefined {
    const character = this.#text[this.#at++];
    if (character === '*') return ANY_RUN;
    if (character === '?') return ANY_CHARACTER;
    if (character === '[') return this.#class();
    if (character !== '\\') return this.#text.charCodeAt(this.#at - 1);
    return this.#at < this.#text.length ? this.#text.charCodeAt(this.#at++) : undefined;
  }

  /** A first `]` is an ordinary character; a `-` is one at either end. */
  #class(): number | undefined {
    const negated = this.#text[this.#at] === '!' || this.#text[this.#at] === '^';
    if (negated) this.#at++;
    const ranges: number[] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      const named = this.#text.startsWith('[:', this.#at) ? this.#namedClass() : undefined;
      if (named !== undefined) {
        ranges.push(...named);
        continue;
      }
      if (this.#invalid) return undefined;
      const from = this.#classCharacter();
      if (from === undefined) return undefined;
      let to: number | undefined = from;
      const next = this.#text[this.#at + 1];
      if (this.#text[this.#at] === '-' && next !== undefined && next !== ']') {
        this.#at++;
        to = this.#classCharacter();
        if (to === undefined) return undefined;
      }
      // "[z-a]" holds z and nothing between, as in git.
      ranges.push(from, Math.max(from, to));
    }
    this.#at++;
    this.#classes.push({ negated, ranges });
    return FIRST_CLASS - (this.#classes.length - 1);
  }

  #invalid = false;

  /** `[:name:]`. Without the closing `:]` its characters are ordinary ones; an unknown name makes the pattern invalid. */
  #namedClass(): readonly number[] | undefined {
    const end = this.#text.indexOf(']', this.#at + 2);
    if (end < 0 || end === this.#at + 2 || this.#text[end - 1] !== ':') return undefined;
    const found = NAMED_CLASSES.get(this.#text.slice(this.#at + 2, end - 1));
    if (found === undefined) this.#invalid = true;
    else this.#at = end + 1;
    return found;
  }

  #classCharacter(): number | undefined {
    if (this.#text[this.#at] === '\\') this.#at++;
    if (this.#at >= this.#text.length) return undefined;
    const length = characterLength(this.#text, this.#at);
    const code = characterCode(this.#text, this.#at, length);
    this.#at += length;
    return code;
  }
}

/** Most patterns are a name or `*.ext`: these compare strings. */
function simplify(tokens: readonly number[], classes: readonly CharacterClass[]): NamePattern {
  const rest = tokens[0] === ANY_RUN ? tokens.slice(1) : tokens;
  if (rest.some((token) => token < 0)) return { kind: 'tokens', tokens, classes };
  const text = String.fromCharCode(...rest);
  if (rest === tokens) return { kind: 'literal', text };
  // A suffix that starts inside a character is left to the token matcher, which steps by characters.
  const first = rest[0] ?? 0;
  return first >= 0x80 && first < 0xc0 ? { kind: 'tokens', tokens, classes } : { kind: 'suffix', text };
}
