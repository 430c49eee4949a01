import type { Lexer } from 'yaml';

/** Lists and objects in brackets that are nested deeper are refused before they are parsed: the parser takes hours for a million of them. */
const DEEPEST = 1000;

/** So many dashes or question marks at the beginning of a line are as many levels. */
const DEEP_LINE = new RegExp(`^[ ]*(?:[-?:][ \\t]+){${DEEPEST}}`, 'm');

/** Marks that stand for no characters. */
const EMPTY_TOKENS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);

/** Where a text in YAML is nested too deep to be parsed; `undefined` if it is not. */
export function deepPlace(text: string, lexer: () => Lexer): number | undefined {
  const line = DEEP_LINE.exec(text);
  if (line !== null) return line.index;
  if (!mayBeDeep(text)) return undefined;
  let [depth, offset] = [0, 0];
  for (const token of lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (token === '\u0018') depth = 0;
    if (depth > DEEPEST) return offset;
    if (!EMPTY_TOKENS.has(token)) offset += token.length;
  }
  return undefined;
}

/** Brackets, also those in texts and comments: what has few of them need not be looked at twice. */
function mayBeDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '[' || character === '{') depth++;
    else if (depth > 0 && (character === ']' || character === '}')) depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}
