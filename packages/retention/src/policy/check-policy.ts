import { RetentionError, shown } from '../errors.ts';
import type { RetentionPolicy } from './policy.ts';
import { POLICY_SCHEMA, type Schema } from './schema.ts';

/** What is wrong with a value, and where in the policy. */
interface Flaw {
  readonly path: string;
  readonly expected: string;
  readonly value: unknown;
}

/**
 * Refuses what is no policy, and says what in it is wrong.
 *
 * @throws RetentionError `INVALID_POLICY`
 * @example
 * ```ts
 * import { checkPolicy, type RetentionPolicy } from '@x/retention';
 *
 * export function policyIn(json: string): RetentionPolicy {
 *   const policy: unknown = JSON.parse(json);
 *   checkPolicy(policy);
 *   return policy;
 * }
 * ```
 */
export function checkPolicy(policy: unknown): asserts policy is RetentionPolicy {
  const flaw = findFlaw(policy, POLICY_SCHEMA, 'policy');
  if (flaw === undefined) return;
  throw new RetentionError('INVALID_POLICY', `Expected ${flaw.path} to be ${flaw.expected}, got ${shown(flaw.value)}`, {
    hint: 'The schema @x/retention/policy.schema.json says what a policy may hold.',
  });
}

/** Reads the part of JSON Schema that {@link Schema} has. A property that is `undefined` is not there, as in JSON. */
function findFlaw(value: unknown, schema: Schema, path: string): Flaw | undefined {
  const flaw: Flaw = { path, expected: schema.description ?? schema.type ?? 'something else', value };
  if (schema.anyOf !== undefined) {
    return schema.anyOf.some((each) => findFlaw(value, each, path) === undefined) ? undefined : flaw;
  }
  if (!hasType(value, schema)) return flaw;
  if (schema.not !== undefined && findFlaw(value, schema.not, path) === undefined) return flaw;
  if (typeof value === 'string' || typeof value === 'number') return isWithin(value, schema) ? undefined : flaw;
  if (Array.isArray(value)) return inArray(value, schema, flaw);
  if (typeof value === 'object' && value !== null) return inObject(value as Record<string, unknown>, schema, path);
  return undefined;
}

function hasType(value: unknown, { type }: Schema): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return type === undefined || typeof value === type;
}

function isWithin(value: string | number, schema: Schema): boolean {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (typeof value === 'number') return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
  if (value.length < (schema.minLength ?? 0)) return false;
  return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value);
}

function inArray(values: readonly unknown[], { items, minItems = 0 }: Schema, flaw: Flaw): Flaw | undefined {
  if (values.length < minItems) return flaw;
  for (let index = 0; items !== undefined && index < values.length; index++) {
    const found = findFlaw(values[index], items, `${flaw.path}[${index}]`);
    if (found) return found;
  }
  return undefined;
}

function inObject(fields: Record<string, unknown>, schema: Schema, path: string): Flaw | undefined {
  for (const name of schema.required ?? []) {
    const rule = schema.properties?.[name];
    if (fields[name] === undefined && rule) return findFlaw(undefined, rule, `${path}.${name}`);
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
    const rule = known ? schema.properties[name] : schema.additionalProperties;
    if (rule === false) return { path, expected: `without ${shown(name)}, which no rule is called`, value };
    const found = rule && findFlaw(value, rule, `${path}.${name}`);
    if (found) return found;
  }
  return undefined;
}
