import { severityOf } from '../record/levels.ts';
import { folded, textsOf } from './words.ts';

/** A record while a query looks at it. */
export class RecordView {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970; of a record without a time that of the one before it. */
  readonly atMs: number;
  #texts: readonly string[] | undefined;

  constructor(fields: Readonly<Record<string, unknown>>, atMs: number) {
    this.fields = fields;
    this.atMs = atMs;
  }

  get severity(): number | undefined {
    return severityOf(this.fields['level']);
  }

  /** All scalar values, folded. */
  get texts(): readonly string[] {
    return (this.#texts ??= textsOf(this.fields).map(folded));
  }

  /** The scalar values of a field: several where it is a list, none where it is not there. */
  values(field: string): readonly unknown[] {
    return scalarsOf(valueAt(this.fields, field));
  }

  has(field: string): boolean {
    return valueAt(this.fields, field) !== undefined;
  }
}

/** Other names that records of pino, and events, have for the same. */
const ALIASES: Readonly<Record<string, string>> = {
  host: 'hostname',
  hostname: 'host',
  message: 'msg',
  msg: 'message',
};

function valueAt(fields: Readonly<Record<string, unknown>>, field: string): unknown {
  const found = ownValue(fields, field);
  if (found !== undefined) return found;
  const alias = ALIASES[field];
  return alias === undefined ? undefined : ownValue(fields, alias);
}

/** A field by its name, which may have dots, or by its path. */
function ownValue(fields: Readonly<Record<string, unknown>>, field: string): unknown {
  if (Object.hasOwn(fields, field)) return fields[field];
  if (!field.includes('.')) return undefined;
  let value: unknown = fields;
  for (const step of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function scalarsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.filter((each) => typeof each !== 'object' || each === null);
  return value === undefined || (typeof value === 'object' && value !== null) ? [] : [value];
}
