import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import { scalarBytes, type ScalarKind, type TableSchema } from './schema.ts';

/** A value of a table. Texts and lists of numbers are not read, only found. */
export type FbValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'numbers'; readonly at: number; readonly count: number; readonly scalar: ScalarKind }
  | { readonly kind: 'text'; readonly at: number; readonly length: number }
  | { readonly kind: 'table'; readonly table: FbTable }
  | { readonly kind: 'tables'; readonly tables: readonly FbTable[] };

/** A table that was walked: its values in the order of the schema. */
export interface FbTable {
  readonly schema: TableSchema;
  readonly at: number;
  readonly values: readonly (FbValue | undefined)[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A number from bytes. Above 2^53 it is not exact. */
export function numberAt(bytes: Uint8Array, at: number, kind: ScalarKind): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (kind) {
    case 'u8':
      return view.getUint8(at);
    case 'i8':
      return view.getInt8(at);
    case 'u16':
      return view.getUint16(at, true);
    case 'i16':
      return view.getInt16(at, true);
    case 'u32':
      return view.getUint32(at, true);
    case 'i32':
      return view.getInt32(at, true);
    case 'f32':
      return view.getFloat32(at, true);
    case 'f64':
      return view.getFloat64(at, true);
    case 'u64':
      return Number(view.getBigUint64(at, true));
    case 'i64':
      return Number(view.getBigInt64(at, true));
  }
}

/** The value of a field; `undefined` when the table has none. */
export function valueOf(table: FbTable, name: string): FbValue | undefined {
  const index = table.schema.fields.findIndex((field) => field.name === name);
  return table.values[index];
}

/** A number; what the schema has as default when it is not there. */
export function numberOf(table: FbTable, name: string, absent = 0): number {
  const value = valueOf(table, name);
  return value?.kind === 'number' ? value.value : absent;
}

/** The table of a field. */
export function tableOf(table: FbTable, name: string): FbTable | undefined {
  const value = valueOf(table, name);
  return value?.kind === 'table' ? value.table : undefined;
}

/** The tables of a list. */
export function tablesOf(table: FbTable, name: string): readonly FbTable[] {
  const value = valueOf(table, name);
  return value?.kind === 'tables' ? value.tables : [];
}

/** What reads texts and lists of numbers. */
export interface ValueLimits {
  readonly source: ByteSource;
  /** Many tables may refer to one text or list: each reading of it takes steps. */
  readonly inspection: Pick<Inspection, 'step'>;
  /** Most bytes of one. */
  readonly most: number;
}

/**
 * The text of a field; an empty one when it is not there.
 *
 * @throws {StructureError} `INVALID_TEXT`, `LIMIT_EXCEEDED`.
 */
export async function textOf(table: FbTable, name: string, limits: ValueLimits): Promise<string> {
  const value = valueOf(table, name);
  if (value?.kind !== 'text') return '';
  const bytes = await readSome(value.at, value.length, limits);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new StructureError('INVALID_TEXT', 'Expected text in UTF-8, got other bytes', value.at);
  }
}

/**
 * The numbers of a list; none when it is not there.
 *
 * @throws {StructureError} `LIMIT_EXCEEDED`.
 */
export async function numbersOf(table: FbTable, name: string, limits: ValueLimits): Promise<readonly number[]> {
  const value = valueOf(table, name);
  if (value?.kind !== 'numbers') return [];
  const size = scalarBytes[value.scalar];
  const bytes = await readSome(value.at, value.count * size, limits);
  return Array.from({ length: value.count }, (_, index) => numberAt(bytes, index * size, value.scalar));
}

async function readSome(at: number, length: number, { source, inspection, most }: ValueLimits): Promise<Uint8Array> {
  inspection.step(Math.ceil(length / 8), at);
  if (length > most)
    throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${most} bytes of a text or list, got ${length}`, at);
  return await source.read(at, length);
}
