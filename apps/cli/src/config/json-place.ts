/** A place in a text, counted from 1, as editors do. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Where something stands in text that is valid JSON. A key that is there twice counts where it stands last, as for `JSON.parse`. */
class JsonWalk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads the value that begins here; where what `path` names begins in it, with its key if it has one. */
  find(path: readonly PropertyKey[]): number | undefined {
    this.#skip(/\s*/y);
    const begin = this.#at;
    const [part, ...rest] = path;
    let found: number | undefined;
    const opening = this.#text[this.#at];
    if (opening === '{' || opening === '[') {
      const isList = opening === '[';
      this.#at++;
      for (let index = 0; this.#goesOn(isList ? ']' : '}'); index++) {
        const memberAt = this.#at;
        const name = isList ? index : this.#key();
        const isMeant = path.length > 0 && String(name) === String(part);
        const inside = this.find(isMeant ? rest : []);
        if (isMeant) found = rest.length === 0 ? memberAt : (inside ?? memberAt);
      }
    } else this.#skip(opening === '"' ? /"(?:[^"\\]|\\.)*"/y : /[^\s,\]}]*/y);
    return path.length === 0 ? begin : found;
  }

  /** Whether another member follows, which begins here then. */
  #goesOn(closing: string): boolean {
    this.#skip(/[\s,]*/y);
    if (this.#at < this.#text.length && this.#text[this.#at] !== closing) return true;
    this.#at++;
    return false;
  }

  #key(): string {
    const begin = this.#at;
    this.#skip(/"(?:[^"\\]|\\.)*"/y);
    const key = JSON.parse(this.#text.slice(begin, this.#at)) as string;
    this.#skip(/\s*:/y);
    return key;
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
  }
}

/** Line and column of an offset. */
export function placeAt(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/**
 * Where the value, or the key, that a path names stands in text that is valid JSON; of what is not there, the innermost of its parents.
 */
export function placeInJson(text: string, path: readonly PropertyKey[]): TextPlace {
  for (let length = path.length; length > 0; length--) {
    const offset = new JsonWalk(text).find(path.slice(0, length));
    if (offset !== undefined) return placeAt(text, offset);
  }
  return placeAt(text, text.search(/\S/));
}
