/** What an evaluation ends with that can't go on: a comparison with no number, a division by zero. Never leaves the package. */
export const LOGIC_FAILED: Error = new Error('The rule can’t be evaluated with this context.');

/** Truth as flagd has it: that of JavaScript, but an empty list and an empty object are false. */
export function isTrue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Date || Object.keys(value).length > 0;
}

/** A number: `null` is 0, `true` 1, a text what it says. @throws LOGIC_FAILED for lists, objects, and texts that are no number. */
export function asNumber(value: unknown): number {
  const number = typeof value === 'object' && value !== null ? Number.NaN : Number(value ?? 0);
  if (Number.isNaN(number)) throw LOGIC_FAILED;
  return number;
}

/** What a value says in a text. Code of objects is never run. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((each) => (isNothing(each) ? '' : asText(each))).join(',');
  return typeof value === 'object' && value !== null ? '[object Object]' : String(value);
}

/** Whether there is no value. */
export function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Equality that takes numbers in texts for numbers. @throws LOGIC_FAILED for what is neither text nor number. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (isTextOrNothing(a) && isTextOrNothing(b)) return (a ?? null) === (b ?? null);
  return asNumber(a) === asNumber(b);
}

/** Order: of two texts that of texts, else that of numbers. @throws LOGIC_FAILED. */
export function isBelow(a: unknown, b: unknown, orEqual: boolean): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a < b || (orEqual && a === b);
  const [left, right] = [asNumber(a), asNumber(b)];
  return left < right || (orEqual && left === right);
}

function isTextOrNothing(value: unknown): value is string | null | undefined {
  return typeof value === 'string' || isNothing(value);
}

/**
 * A field of its own, or `undefined`. What an object has from its class or from what all objects share is none: nobody who adds a field to that
 * may decide for everybody. Functions are no data.
 */
export function ownValue(data: unknown, name: string): unknown {
  if (isNothing(data) || !Object.hasOwn(data, name)) return undefined;
  const value = (data as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'function' ? undefined : value;
}

/** A field of its own at a path, or `undefined`. */
export function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const name of path) value = ownValue(value, name);
  return value;
}
