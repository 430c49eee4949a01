type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** The part of JSON Schema (draft 2020-12) that the schema of manifests is written in. */
export interface Schema {
  /** What messages call a value that fits. */
  readonly description: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** Characters, counted as Unicode has them. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly not?: { readonly enum: readonly string[] };
  readonly items?: Schema | SchemaReference;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | SchemaReference;
  readonly propertyNames?: SchemaReference;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** A schema that stands in `$defs`. */
export interface SchemaReference {
  readonly $ref: string;
}

/** What is wrong with a value, and where in it. */
export interface Flaw {
  /** `changelog.sections[0].title`; nothing for the value itself. */
  readonly path: string;
  /** What it should have been. */
  readonly expected: string;
  readonly value: unknown;
}

/**
 * The first thing that a schema does not allow; `undefined` for a value that fits. A member that is `undefined` is not there, as in JSON.
 * Follows the value to its depth, so that what comes from anyone is to be bounded first.
 */
export function flawBySchema(value: unknown, schema: Schema): Flaw | undefined {
  return flawIn(value, schema, { path: '', $defs: schema.$defs ?? {} });
}

interface Place {
  readonly path: string;
  readonly $defs: Readonly<Record<string, Schema>>;
}

function flawIn(value: unknown, given: Schema | SchemaReference, place: Place): Flaw | undefined {
  const schema = '$ref' in given ? resolved(given, place) : given;
  if (!fits(value, schema)) return { path: place.path, expected: schema.description, value };
  if (Array.isArray(value)) return flawInArray(value, schema, place);
  return isObject(value) ? flawInObject(value, schema, place) : undefined;
}

function resolved({ $ref }: SchemaReference, { $defs }: Place): Schema {
  const schema = $defs[$ref.slice('#/$defs/'.length)];
  if (schema === undefined) throw new Error(`The schema has no ${$ref}`);
  return schema;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fits(value: unknown, schema: Schema): boolean {
  const { type, not } = schema;
  if (schema.const !== undefined && value !== schema.const) return false;
  if (type !== undefined && ![type].flat().some((each) => isOf(each, value))) return false;
  if (not !== undefined && not.enum.includes(value as string)) return false;
  if (typeof value === 'string') return textFits(value, schema);
  if (typeof value === 'number') return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
  if (Array.isArray(value))
    return value.length >= (schema.minItems ?? 0) && value.length <= (schema.maxItems ?? Infinity);
  return true;
}

function isOf(type: TypeName, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** Half of a surrogate pair is no text: no UTF-8 has it, and RFC 8785 refuses it. */
function textFits(text: string, schema: Schema): boolean {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (!text.isWellFormed()) return false;
  // A character has one or two units of UTF-16, so that most texts need not be counted.
  if (text.length > maxLength && (text.length > 2 * maxLength || [...text].length > maxLength)) return false;
  if (text.length < minLength || (text.length < 2 * minLength && [...text].length < minLength)) return false;
  if (schema.enum !== undefined && !schema.enum.includes(text)) return false;
  return pattern === undefined || new RegExp(pattern, 'u').test(text);
}

function flawInArray(values: readonly unknown[], { items }: Schema, place: Place): Flaw | undefined {
  if (items === undefined) return undefined;
  // Counted, not mapped: a hole is something else than JSON has.
  for (let index = 0; index < values.length; index++) {
    const found = flawIn(values[index], items, { ...place, path: `${place.path}[${index}]` });
    if (found !== undefined) return found;
  }
  return undefined;
}

function flawInObject(fields: Readonly<Record<string, unknown>>, schema: Schema, place: Place): Flaw | undefined {
  const { properties = {}, additionalProperties, propertyNames } = schema;
  const at = (name: string): Place => ({ ...place, path: place.path === '' ? name : `${place.path}.${name}` });
  for (const name of schema.required ?? []) {
    const rule = properties[name];
    // Own members only: `constructor` is there in every object.
    if (rule !== undefined && !Object.hasOwn(fields, name)) return flawIn(undefined, rule, at(name));
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined && schema.required?.includes(name) !== true) continue;
    const named = propertyNames === undefined ? undefined : flawIn(name, propertyNames, place);
    if (named !== undefined) return named;
    const rule = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (rule === false)
      return { path: place.path, expected: 'without members that the format does not have', value: name };
    const found = rule === undefined ? undefined : flawIn(value, rule, at(name));
    if (found !== undefined) return found;
  }
  return undefined;
}
