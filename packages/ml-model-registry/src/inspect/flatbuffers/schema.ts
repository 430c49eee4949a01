/** A number of a table. Booleans are bytes. */
export type ScalarKind = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'u64' | 'i64' | 'f64';

/** Bytes of a number. It stands at a multiple of them. */
export const scalarBytes: Readonly<Record<ScalarKind, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
  i64: 8,
  f64: 8,
};

/** What a field holds: a number, a list of numbers, a text, a table, a list of tables, or one of several tables by the number in the field before. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarKind }
  | { readonly kind: 'scalars'; readonly scalar: ScalarKind }
  | { readonly kind: 'text' }
  | { readonly kind: 'table'; readonly table: TableSchema }
  | { readonly kind: 'tables'; readonly table: TableSchema }
  | { readonly kind: 'union'; readonly tables: readonly TableSchema[] };

/** A table: its fields in their order, which is their place in the vtable. */
export interface TableSchema {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[];
}

/** What is written for a field: a number, `*` behind it for a list, a text, a table, or a list of tables in brackets. */
export type FieldNotation = ScalarKind | `${ScalarKind}*` | 'text' | TableSchema | readonly [TableSchema] | FieldType;

/** A table from a short notation: `[['shape', 'i32*'], ['name', 'text'], ['sparsity', sparsity], ['dims', [dimension]]]`. */
export function table(
  name: string,
  fields: readonly (readonly [name: string, notation: FieldNotation])[],
): TableSchema {
  return { name, fields: fields.map(([field, notation]) => ({ name: field, type: typeOf(notation) })) };
}

/** One of several tables. The field before, a `u8`, has its number; 0 is none. */
export function union(tables: readonly TableSchema[]): FieldType {
  return { kind: 'union', tables };
}

function typeOf(notation: FieldNotation): FieldType {
  if (notation === 'text') return { kind: 'text' };
  if (typeof notation === 'string') {
    if (!notation.endsWith('*')) return { kind: 'scalar', scalar: notation as ScalarKind };
    return { kind: 'scalars', scalar: notation.slice(0, -1) as ScalarKind };
  }
  if ('kind' in notation) return notation;
  if ('name' in notation) return { kind: 'table', table: notation };
  return { kind: 'tables', table: notation[0] };
}
