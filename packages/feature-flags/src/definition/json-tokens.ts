/** A part of a JSON text that has no parts itself: a bracket, a colon, a comma, a text, a number or a word. */
export interface JsonToken {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const SPACES = ' \t\n\r';
const MARKS = '[]{}:,';
const ESCAPED = '"\\/bfnrt';

/**
 * The token that comes next; none at the end of the text, or where a text begins that is not one. Character by character, as a regular expression runs out of
 * memory where a text has millions of them.
 */
export function tokenFrom(text: string, offset: number): JsonToken | undefined {
  const start = afterSpaces(text, offset);
  if (start >= text.length) return undefined;
  if (text.charCodeAt(start) === QUOTE) {
    const end = endOfText(text, start);
    return end === undefined ? undefined : { start, end };
  }
  if (MARKS.includes(text[start] as string)) return { start, end: start + 1 };
  let end = start + 1;
  while (end < text.length && !isBoundary(text[end] as string)) end++;
  return { start, end };
}

/** Where the next character stands that is no space. */
export function afterSpaces(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && SPACES.includes(text[at] as string)) at++;
  return at;
}

const isBoundary = (character: string): boolean =>
  SPACES.includes(character) || MARKS.includes(character) || character === '"';

/** Where a text ends; `undefined` if it does not, or has what no text in JSON has. */
function endOfText(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at + 1;
    if (unit < FIRST_PRINTABLE) return undefined;
    if (unit === BACKSLASH) {
      const escape = text[++at] ?? '';
      if (escape === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) at += 4;
      else if (escape === '' || !ESCAPED.includes(escape)) return undefined;
    }
  }
  return undefined;
}

/** Where a value ends that begins at an offset, in a text that was parsed already. */
export function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let token = tokenFrom(text, start); token !== undefined; token = tokenFrom(text, token.end)) {
    const first = text[token.start] as string;
    if (first === '{' || first === '[') depth++;
    else if (first === '}' || first === ']') depth--;
    if (depth <= 0) return token.end;
  }
  return text.length;
}
