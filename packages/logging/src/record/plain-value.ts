import { scalarText } from './scalar-text.ts';
import { HIDDEN, type Redaction } from './redaction.ts';

/** How much of a value is written. */
export interface ValueLimits {
  /** Characters of one text. */
  readonly maxTextLength: number;
  /** Levels below the record. */
  readonly maxDepth: number;
  /** Members of one object, and items of one array. */
  readonly maxMembers: number;
}

/** What a value goes through before it is written. */
export interface ValueRules extends ValueLimits {
  readonly redaction: Redaction;
}

/** The same limits, drawn tighter: for a record that was too large with them. */
export function tighter<Limits extends ValueLimits>(limits: Limits): Limits {
  return { ...limits, maxTextLength: limits.maxTextLength >> 2, maxMembers: Math.max(4, limits.maxMembers >> 2) };
}

interface Place {
  readonly rules: ValueRules;
  readonly around: readonly object[];
  readonly path: readonly string[];
}

/** A text as it is written: without secrets, well formed, and cut with a mark where it is too long. */
export function plainText(text: string, { redaction, maxTextLength }: ValueRules): string {
  // Cut first, with room for a secret at the cut: a huge text is not to be searched as a whole.
  const near = text.length > maxTextLength * 2 ? text.slice(0, maxTextLength * 2) : text;
  const safe = redaction.text(near).toWellFormed();
  if (safe.length <= maxTextLength && near.length === text.length) return safe;
  const kept = safe.slice(0, maxTextLength).toWellFormed();
  return `${kept}…[cut ${text.length - Math.min(text.length, maxTextLength)}]`;
}

/** The members of an object as plain JSON: secrets hidden, limits kept, whatever can't be read named. Never throws. */
export function plainMembers(source: object, rules: ValueRules): Record<string, unknown> {
  return membersOf(source, { rules, around: [source], path: [] });
}

function membersOf(source: object, place: Place): Record<string, unknown> {
  const { rules } = place;
  const result: Record<string, unknown> = {};
  let keys: readonly string[];
  try {
    keys = Object.keys(source);
  } catch {
    return { unreadable: true };
  }
  for (const [index, name] of keys.entries()) {
    if (index === rules.maxMembers) {
      result['…'] = `[cut ${keys.length - index} members]`;
      break;
    }
    const value = memberOf(source, name, place);
    if (value !== undefined) put(result, plainText(name, rules), value);
  }
  return result;
}

function memberOf(source: object, name: string, { rules, around, path }: Place): unknown {
  const { redaction } = rules;
  let value: unknown;
  try {
    value = (source as Record<string, unknown>)[name];
  } catch {
    return '[unreadable]';
  }
  if (value === undefined || typeof value === 'function') return undefined;
  if (redaction.hidesName(name)) return value === null ? null : HIDDEN;
  const inner = redaction.hasPaths ? [...path, name] : path;
  if (redaction.hasPaths && redaction.hidesPath(inner)) return HIDDEN;
  return plainValue(value, { rules, around, path: inner });
}

/** `__proto__` is a name like any other here. */
function put(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else target[name] = value;
}

function plainValue(value: unknown, place: Place): unknown {
  switch (typeof value) {
    case 'string':
      return plainText(value, place.rules);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : plainObject(value, place);
    default:
      return `[${typeof value}]`;
  }
}

function plainObject(value: object, { rules, around, path }: Place): unknown {
  if (around.includes(value)) return '[circular]';
  if (around.length > rules.maxDepth) return '[too deep]';
  const place = { rules, around: [...around, value], path };
  try {
    if (value instanceof Error) return errorMembers(value, place);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map) return membersOf(Object.fromEntries(value) as object, place);
    if (value instanceof Set) return arrayOf([...value], place);
    if (Array.isArray(value)) return arrayOf(value, place);
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return plainValue(Reflect.apply(toJSON, value, []), place);
  } catch {
    return '[unreadable]';
  }
  return membersOf(value, place);
}

function arrayOf(items: readonly unknown[], place: Place): unknown[] {
  const { maxMembers, redaction } = place.rules;
  const kept = items.slice(0, maxMembers).map((item, index) => {
    const path = redaction.hasPaths ? [...place.path, String(index)] : place.path;
    if (redaction.hasPaths && redaction.hidesPath(path)) return HIDDEN;
    return plainValue(item ?? null, { ...place, path });
  });
  return items.length > maxMembers ? [...kept, `[cut ${items.length - maxMembers} items]`] : kept;
}

/** An error as `err` has it in pino: type, message and stack, with its code, its cause and what else hangs on it. */
function errorMembers(error: Error, place: Place): Record<string, unknown> {
  const { rules } = place;
  const { name, message, stack, cause } = error;
  const own = membersOf(error, place);
  const result: Record<string, unknown> = { type: plainText(scalarText(name), rules) };
  result['message'] = plainText(scalarText(message), rules);
  if (typeof stack === 'string') result['stack'] = plainText(stack, rules);
  if (cause !== undefined) result['cause'] = plainValue(cause, place);
  if (error instanceof AggregateError) result['errors'] = arrayOf(error.errors, place);
  return { ...own, ...result };
}

/** An error as plain JSON. Never throws. */
export function plainError(error: Error, rules: ValueRules): unknown {
  return plainObject(error, { rules, around: [], path: ['err'] });
}
