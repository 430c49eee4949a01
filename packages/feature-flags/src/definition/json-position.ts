import { tokenFrom } from './json-tokens.ts';
import { pathOf, pointerOf } from './path.ts';
import { newQuota } from './report.ts';

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

/** An object or a list that is being gone through. */
interface Level {
  readonly isList: boolean;
  /** The key or the position of the value that comes next. */
  name: string;
  index: number;
  /** Whether a key comes next. */
  atKey: boolean;
  /** The keys so far; many objects have one. */
  names: string | Set<string> | undefined;
}

/** A key or a value that one comes to, and what is around it. */
export interface JsonVisit {
  readonly offset: number;
  readonly levels: readonly Level[];
  readonly isName: boolean;
  /** Whether its object has this key already. */
  readonly isRepeated: boolean;
}

/** Goes through the keys and values of a text that was parsed already. */
export function* visits(text: string): Generator<JsonVisit, void, undefined> {
  const levels: Level[] = [];
  for (let token = tokenFrom(text, 0); token !== undefined; token = tokenFrom(text, token.end)) {
    const { start: offset, end } = token;
    const first = text[offset] as string;
    const level = levels.at(-1);
    if (first === '}' || first === ']') levels.pop();
    else if (first === ',') next(level);
    else if (level?.atKey === true) {
      level.name = JSON.parse(text.slice(offset, end)) as string;
      level.atKey = false;
      yield { offset, levels, isName: true, isRepeated: isRepeatedIn(level) };
    } else if (first !== ':') {
      yield { offset, levels, isName: false, isRepeated: false };
      if (first === '{' || first === '[')
        levels.push({ isList: first === '[', name: '0', index: 0, atKey: first === '{', names: undefined });
    }
  }
}

/** Whether an object has its key already; now it has. */
function isRepeatedIn(level: Level): boolean {
  const { name, names } = level;
  if (typeof names === 'object') {
    const isRepeated = names.has(name);
    names.add(name);
    return isRepeated;
  }
  level.names = names === undefined ? name : new Set([names, name]);
  return names === name;
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

/** Nothing that is sound is nested so deep; what is deeper is said to be at the last of so many parts. */
export const MOST_PARTS = 100;

/**
 * Keys that their objects have already, in a JSON text that was parsed to a value, as many as are worth naming: of such keys JSON.parse keeps the last one,
 * silently.
 */
export function repeatedNames(text: string, value: unknown): readonly RepeatedName[] {
  // Counting is cheap, and hardly any text has one.
  if (countNames(text) === countKeys(value)) return [];
  const position = positionsIn(text);
  const found: RepeatedName[] = [];
  const isKept = newQuota();
  for (const { offset, levels, isRepeated } of visits(text)) {
    if (!isRepeated || !isKept(pointerOf(namesOf(levels, 2)))) continue;
    found.push({ ...position(offset), pointer: pointerOf(namesOf(levels, MOST_PARTS)) });
  }
  return found;
}

const namesOf = (levels: readonly Level[], most: number): readonly string[] =>
  levels.slice(0, most).map(({ name }) => name);

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
