import type { SourceDetail } from '@x/backup-store';
import type { DataRecord, RowFilter } from '@x/backup-store/records';
import { usageError } from '../errors.ts';

/** Flags that take records of one tenant to another. */
export interface RewriteFlags {
  readonly only?: readonly string[] | undefined;
  readonly set?: readonly string[] | undefined;
}

/** Which records are taken, and what is changed in them on their way: values as text, by column. */
export interface RecordRewrite {
  readonly only: ReadonlyMap<string, string>;
  readonly set: ReadonlyMap<string, string>;
}

/** @throws {CliError} `USAGE`. */
export function rewriteOf({ only = [], set = [] }: RewriteFlags): RecordRewrite | undefined {
  if (only.length + set.length === 0) return undefined;
  return { only: valuesOf(only, '--only'), set: valuesOf(set, '--set') };
}

function valuesOf(texts: readonly string[], flag: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const text of texts) {
    const [, column, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (column === undefined || value === undefined || values.has(column))
      throw usageError(
        `Expected ${flag} COLUMN=VALUE, once for each column, got ${JSON.stringify(text)}`,
        'Write it as tenant_id=2.',
      );
    values.set(column, value);
  }
  return values;
}

/** The values that rows of the target have once they were restored: only these are looked at, replaced and deleted. Pure. */
export const rowsThere = ({ only, set }: RecordRewrite): ReadonlyMap<string, string> => new Map([...only, ...set]);

/** The record as it is restored; `undefined` for one that is not. Pure. */
export function rewritten(record: DataRecord, { only, set }: RecordRewrite): DataRecord | undefined {
  const data = record.data as Readonly<Record<string, SourceDetail>>;
  for (const [column, value] of only) if (textOf(data[column]) !== value) return undefined;
  const changed = [...set].map(([column, value]) => [column, likewise(data[column], value)] as const);
  return { ...record, data: { ...data, ...Object.fromEntries(changed) } };
}

const textOf = (value: SourceDetail | undefined): string | undefined =>
  value === undefined || value === null || typeof value === 'object' ? undefined : String(value);

/** A value as text, of the type that the one before has. */
function likewise(before: SourceDetail | undefined, value: string): SourceDetail {
  if (typeof before === 'boolean') return value === 'true';
  const isNumber = typeof before === 'number' && value.trim() !== '' && Number.isSafeInteger(Number(value));
  return isNumber ? Number(value) : value;
}

/** A condition on these values. @param placeholder Stands for the value of this position, from 1. */
export function rowFilter(values: ReadonlyMap<string, string>, kind: 'sqlite' | 'postgres'): RowFilter {
  const conditions = [...values.keys()].map((column, i) => {
    const name = `"${column.replaceAll('"', '""')}"`;
    return kind === 'sqlite' ? `CAST(${name} AS TEXT) = ?` : `${name}::text = $${i + 1}`;
  });
  return { sql: conditions.join(' AND '), values: [...values.values()] };
}

/** @throws {CliError} `USAGE` for columns that a module does not have, or that name its records. */
export function checkRewrite(
  { only, set }: RecordRewrite,
  modules: readonly { readonly name: string; readonly schema?: SourceDetail | undefined }[],
): void {
  for (const { name, schema } of modules) {
    const { columns, id } = (schema ?? {}) as { readonly columns?: object; readonly id?: SourceDetail };
    const names = Array.isArray(columns)
      ? columns.map((each: { name?: string }) => each.name)
      : Object.keys(columns ?? {});
    const missing = [...only.keys(), ...set.keys()].find((column) => !names.includes(column));
    if (missing !== undefined)
      throw usageError(
        `Expected the column ${JSON.stringify(missing)} in module ${name}, got none`,
        'Choose the modules that have it with --module.',
      );
    const naming = [...set.keys()].find((column) => JSON.stringify(id ?? null).includes(JSON.stringify(column)));
    if (naming !== undefined)
      throw usageError(
        `Expected --set of a column that names no records, got ${JSON.stringify(naming)} of module ${name}`,
        'Records keep their ids. A program can give them others, with `map` of @x/backup-store/merge.',
      );
  }
}
