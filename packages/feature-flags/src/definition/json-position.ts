import { pathOf, pointerOf } from './path.ts';

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
const TOKEN = /\s*("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|[[\]{}:,]|[^\s[\]{}:,"]+)/gy;

/** An object or a list that is being gone through. */
interface Level {
  readonly isList: boolean;
  /** The key or the position of the value that comes next. */
  name: string;
  index: number;
  /** Whether a key comes next. */
  atKey: boolean;
  /** The keys so far. */
  readonly names: Set<string>;
}

/** A key or a value that one comes to, and what is around it. */
interface Visit {
  readonly offset: number;
  readonly levels: readonly Level[];
  readonly isName: boolean;
  /** Whether its object has this key already. */
  readonly isRepeated: boolean;
}

/** Goes through the keys and values of a text that was parsed already. */
function* visits(text: string): Generator<Visit, void, undefined> {
  const levels: Level[] = [];
  // What goes through the matches begins where the expression was left.
  TOKEN.lastIndex = 0;
  for (const match of text.matchAll(TOKEN)) {
    const token = match[1] as string;
    const offset = match.index + match[0].length - token.length;
    const level = levels.at(-1);
    if (token === '}' || token === ']') levels.pop();
    else if (token === ',') next(level);
    else if (level?.atKey === true) {
      level.name = JSON.parse(token) as string;
      level.atKey = false;
      yield { offset, levels, isName: true, isRepeated: level.names.has(level.name) };
      level.names.add(level.name);
    } else if (token !== ':') {
      yield { offset, levels, isName: false, isRepeated: false };
      if (token === '{' || token === '[')
        levels.push({ isList: token === '[', name: '0', index: 0, atKey: token === '{', names: new Set() });
    }
  }
}

/**
 * Where the value that a JSON Pointer names begins in a JSON text that was parsed already; if it is not there, the innermost that is around it.
 */
export function locateJson(text: string, pointer: string): Position {
  const path = pathOf(pointer);
  let best = { depth: -1, offset: 0 };
  for (const { offset, levels, isName } of visits(text)) {
    const depth = levels.length;
    const isOnPath = !isName && levels.every(({ name }, index) => name === path[index]);
    if (isOnPath && depth > best.depth) best = { depth, offset };
    if (isOnPath && depth === path.length) break;
  }
  return positionAt(text, best.offset);
}

/** The first key that its object has already, in a JSON text that was parsed to a value: of such keys JSON.parse keeps the last one, silently. */
export function repeatedName(text: string, value: unknown): (Position & { readonly pointer: string }) | undefined {
  // Counting is cheap, and hardly any text has one.
  if (countNames(text) === countKeys(value)) return undefined;
  for (const { offset, levels, isRepeated } of visits(text))
    if (isRepeated) return { ...positionAt(text, offset), pointer: pointerOf(levels.map(({ name }) => name)) };
  return undefined;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Colons that are not inside of texts: one for each key. */
function countNames(text: string): number {
  let count = 0;
  let isInside = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) isInside = !isInside;
    else if (isInside && unit === BACKSLASH) index++;
    else if (!isInside && unit === COLON) count++;
  }
  return count;
}

function countKeys(value: unknown): number {
  let count = 0;
  // Without recursion: texts may be nested as deep as they like.
  const open = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== 'object' || each === null) continue;
    const isList = Array.isArray(each);
    // Makes no list of them first, as `Object.values` would for each object.
    for (const name in each) {
      if (!isList) count++;
      const one = (each as Readonly<Record<string, unknown>>)[name];
      if (typeof one === 'object') open.push(one);
    }
  }
  return count;
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
