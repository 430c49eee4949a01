import { pathOf, pointerOf } from './path.ts';

/** A place in a text, from 1 on. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  return positionsIn(text)(offset);
}

/** The lines and columns of offsets: the lines are looked for once. */
function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
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
 * Where the values that JSON Pointers name begin in a JSON text that was parsed already; of one that is not there, the innermost that is around it. The
 * text is gone through once.
 */
export function locateJson(text: string, pointers: Iterable<string>): (pointer: string) => Position {
  const root = placesOf(pointers);
  for (const { offset, levels, isName } of visits(text)) {
    if (isName) continue;
    const place = placeAt(root, levels);
    if (place !== undefined) place.offset = offset;
  }
  const position = positionsIn(text);
  return (pointer) => position(innermost(root, pathOf(pointer)));
}

/** A place that is looked for, or one around it. */
export interface Place {
  readonly inner: Map<string, Place>;
  /** Where it begins; `undefined` as long as it was not found. */
  offset: number | undefined;
}

/** Places as a tree. */
export function placesOf(pointers: Iterable<string>): Place {
  const root: Place = { inner: new Map(), offset: undefined };
  for (const pointer of pointers) {
    let place = root;
    for (const name of pathOf(pointer)) {
      const inner = place.inner.get(name) ?? { inner: new Map(), offset: undefined };
      place.inner.set(name, inner);
      place = inner;
    }
  }
  return root;
}

/** The offset of a place, or of the innermost one around it that was found. */
export function innermost(root: Place, path: readonly string[]): number {
  let [place, offset]: [Place | undefined, number] = [root, root.offset ?? 0];
  for (const name of path) {
    place = place.inner.get(name);
    if (place === undefined) break;
    offset = place.offset ?? offset;
  }
  return offset;
}

function placeAt(root: Place, levels: readonly Level[]): Place | undefined {
  let place: Place | undefined = root;
  for (const { name } of levels) {
    place = place.inner.get(name);
    if (place === undefined) return undefined;
  }
  return place;
}

/** A key that its object has already. */
export interface RepeatedName extends Position {
  /** Where its value is. */
  readonly pointer: string;
}

/** All keys that their objects have already, in a JSON text that was parsed to a value: of such keys JSON.parse keeps the last one, silently. */
export function repeatedNames(text: string, value: unknown): readonly RepeatedName[] {
  // Counting is cheap, and hardly any text has one.
  if (countNames(text) === countKeys(value)) return [];
  const position = positionsIn(text);
  const found: RepeatedName[] = [];
  for (const { offset, levels, isRepeated } of visits(text))
    if (isRepeated) found.push({ ...position(offset), pointer: pointerOf(levels.map(({ name }) => name)) });
  return found;
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
