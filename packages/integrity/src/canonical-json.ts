import { IntegrityError } from './errors.ts';
import { kindOf } from './hasher.ts';

/** Nesting beyond this is refused, so that a hostile value can't exhaust the stack. */
const MAX_DEPTH = 1000;

/** Where the value being written stands: the containers around it, and the key or index of each. */
interface Place {
  readonly around: object[];
  readonly steps: (string | number)[];
}

/**
 * Writes a value as canonical JSON, by RFC 8785 (JSON Canonicalization Scheme): no blanks, keys in the order of their
 * UTF-16 code units (section 3.2.3), numbers and text as ECMAScript writes them (sections 3.2.2.2 and 3.2.2.3). Equal
 * values give equal text, so the text can be hashed and signed.
 *
 * It refuses what JSON can't say, where `JSON.stringify` drops or alters it. An object with `toJSON`, such as a `Date`
 * or a `Digest`, stands for what that returns. Numbers are doubles: write larger integers as text.
 *
 * @throws {IntegrityError} `INVALID_JSON_VALUE`.
 * @example
 * ```ts
 * import { canonicalJson } from '@x/integrity';
 *
 * console.log(canonicalJson({ b: 1e21, a: [true, 'é'] })); // {"a":[true,"é"],"b":1e+21}
 * ```
 */
export function canonicalJson(value: unknown): string {
  return write(value, { around: [], steps: [] });
}

function write(value: unknown, place: Place): string {
  switch (typeof value) {
    case 'string':
      return writeText(value, place);
    case 'number':
      if (!Number.isFinite(value)) throw refused(`a finite number, got ${value}`, place);
      // ECMAScript's own form is what section 3.2.2.3 asks for; it also turns -0 into 0.
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : writeObject(value, place);
    default:
      throw refused(`a value that JSON has, got ${typeof value}`, place);
  }
}

function writeText(text: string, place: Place): string {
  if (!text.isWellFormed()) throw refused('text, got half of a surrogate pair', place);
  return JSON.stringify(text);
}

function writeObject(value: object, place: Place): string {
  const { around } = place;
  if (around.includes(value)) throw refused('a tree of values, got one that holds itself', place);
  if (around.length >= MAX_DEPTH) throw refused(`at most ${MAX_DEPTH} levels, got more`, { ...place, steps: [] });
  around.push(value);
  try {
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return write(Reflect.apply(toJSON, value, []), place);
    return Array.isArray(value) ? writeArray(value, place) : writeMembers(value, place);
  } finally {
    around.pop();
  }
}

function writeArray(array: readonly unknown[], place: Place): string {
  const items: string[] = [];
  // Counted, not mapped: a hole is to be refused, not passed over.
  for (let index = 0; index < array.length; index++) items.push(writeStep(index, array[index], place));
  return `[${items.join(',')}]`;
}

function writeMembers(value: object, place: Place): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refused(`a plain object, got ${kindOf(value)}`, place);
  }
  // Without a comparison of its own, sort() goes by UTF-16 code units.
  const members = Object.keys(value)
    .sort()
    .map((key) => `${writeText(key, place)}:${writeStep(key, (value as Record<string, unknown>)[key], place)}`);
  return `{${members.join(',')}}`;
}

function writeStep(step: string | number, value: unknown, place: Place): string {
  place.steps.push(step);
  const text = write(value, place);
  place.steps.pop();
  return text;
}

function refused(expectation: string, { steps }: Place): IntegrityError {
  const path = steps.map((step) => `[${JSON.stringify(step)}]`).join('');
  return new IntegrityError('INVALID_JSON_VALUE', `Expected ${expectation}${path === '' ? '' : ` at ${path}`}.`);
}
