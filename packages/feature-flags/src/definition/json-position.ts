import { pathOf } from './path.ts';

/** A place in a text, from 1 on. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}

// oxlint-disable-next-line no-control-regex -- texts in JSON have none
const TOKEN = /\s*("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|[[\]{}:,]|[^\s[\]{}:,"]+)/y;

/** An object or a list that is being gone through. */
interface Level {
  readonly isList: boolean;
  /** The key or the position of the value that comes next. */
  name: string;
  index: number;
  /** Whether a key comes next. */
  atKey: boolean;
}

/**
 * Where the value that a JSON Pointer names begins in a JSON text that was parsed already; if it is not there, the innermost that is around it.
 */
export function locateJson(text: string, pointer: string): Position {
  const path = pathOf(pointer);
  const levels: Level[] = [];
  let best = { depth: -1, offset: 0 };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const token = match[1] as string;
    const level = levels.at(-1);
    if (token === '}' || token === ']') levels.pop();
    else if (token === ',') next(level);
    else if (level?.atKey === true) {
      level.name = JSON.parse(token) as string;
      level.atKey = false;
    } else if (token !== ':') {
      const depth = levels.length;
      const isOnPath = levels.every(({ name }, index) => name === path[index]);
      if (isOnPath && depth > best.depth) best = { depth, offset: TOKEN.lastIndex - token.length };
      if (isOnPath && depth === path.length) break;
      if (token === '{' || token === '[')
        levels.push({ isList: token === '[', name: '0', index: 0, atKey: token === '{' });
    }
  }
  return positionAt(text, best.offset);
}

function next(level: Level | undefined): void {
  if (level === undefined) return;
  if (!level.isList) level.atKey = true;
  else level.name = String(++level.index);
}

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
  TOKEN.lastIndex = 0;
  for (;;) {
    const start = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return positionAt(text, start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0));
    state = after(state, token);
    if (state === undefined) return positionAt(text, TOKEN.lastIndex - token.length);
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
