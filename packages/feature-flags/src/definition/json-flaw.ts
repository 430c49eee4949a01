import { type Position, positionAt } from './json-position.ts';
import { afterSpaces, tokenFrom } from './json-tokens.ts';

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** What may come next, inside of what. */
interface Expectation {
  readonly open: ('object' | 'list')[];
  readonly wants: 'value' | 'key' | 'colon' | 'end';
  /** After `[` and `{` there may be nothing, after a comma there must be something. */
  readonly mayClose: boolean;
}

/** Where a text that is no JSON stops being JSON. */
export function jsonFlaw(text: string): Position {
  let state: Expectation | undefined = { open: [], wants: 'value', mayClose: false };
  for (let offset = 0; ;) {
    const token = tokenFrom(text, offset);
    if (token === undefined) return positionAt(text, afterSpaces(text, offset));
    state = after(state, text.slice(token.start, token.end));
    if (state === undefined) return positionAt(text, token.start);
    offset = token.end;
  }
}

/** What may come after a token; `undefined` if it may not come itself. */
function after({ open, wants, mayClose }: Expectation, token: string): Expectation | undefined {
  const level = open.at(-1);
  if (level !== undefined && (wants === 'end' || mayClose) && token === (level === 'object' ? '}' : ']')) {
    open.pop();
    return { open, wants: 'end', mayClose: false };
  }
  const isText = token.startsWith('"');
  if (wants === 'key') return isText ? { open, wants: 'colon', mayClose: false } : undefined;
  if (wants === 'colon') return token === ':' ? { open, wants: 'value', mayClose: false } : undefined;
  if (wants === 'end') {
    if (token !== ',' || level === undefined) return undefined;
    return { open, wants: level === 'object' ? 'key' : 'value', mayClose: false };
  }
  if (token === '{' || token === '[') {
    open.push(token === '{' ? 'object' : 'list');
    return { open, wants: token === '{' ? 'key' : 'value', mayClose: true };
  }
  return isText || SCALAR.test(token) ? { open, wants: 'end', mayClose: false } : undefined;
}
