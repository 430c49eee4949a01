import { malformed } from '../structure-error.ts';
import type { PythonLiteral } from './python-literal.ts';

/** The type of the elements of an array. */
export interface DataType {
  /** As NumPy calls it: `float32`, `int64`, `structured`. */
  readonly name: string;
  /** Bytes of an element. */
  readonly size: number;
  /** Whether there are Python objects in it: then the whole array is a pickle. */
  readonly hasObjects: boolean;
  /** Whether the most significant byte of numbers comes first. */
  readonly isBigEndian?: boolean | undefined;
}

/** Names of types by kind, with the bytes that an element may have. Texts, bytes and voids may have any number. */
const kinds: Readonly<Record<string, { readonly name: string; readonly sizes: readonly number[] }>> = {
  b: { name: 'bool', sizes: [1] },
  i: { name: 'int', sizes: [1, 2, 4, 8] },
  u: { name: 'uint', sizes: [1, 2, 4, 8] },
  f: { name: 'float', sizes: [2, 4, 8, 12, 16] },
  c: { name: 'complex', sizes: [8, 16, 24, 32] },
};

/** A kind, the bytes of an element, and the unit of a time. */
const SIMPLE = /^[<>|=]?([biufcmMSaUVO])(\d{0,9})(\[\d*[A-Za-z]{1,7}\])?$/;

/**
 * Reads `descr`: a text like `<f4`, or a list of fields.
 *
 * @throws {StructureError}
 */
export function readDataType(descr: PythonLiteral | undefined, at: number): DataType {
  if (descr?.kind === 'text') return simpleType(descr.text, at);
  if (descr?.kind === 'list') return structuredType(descr.items, at);
  if (descr?.kind === 'tuple' && descr.items.length === 2) {
    const [type, shape] = descr.items;
    return repeated(readDataType(type, at), shapeOf(shape, at));
  }
  throw malformed('Expected a type of elements, got another value', at);
}

/**
 * A tuple of whole numbers from 0.
 *
 * @throws {StructureError}
 */
export function shapeOf(literal: PythonLiteral | undefined, at: number): readonly number[] {
  const items = literal?.kind === 'number' ? [literal] : literal?.kind === 'tuple' ? literal.items : undefined;
  if (items === undefined) throw malformed('Expected a shape, got another value', at);
  return items.map((item) => {
    if (item.kind !== 'number' || !Number.isSafeInteger(item.number) || item.number < 0)
      throw malformed('Expected a size from 0, got another value', at);
    return item.number;
  });
}

function simpleType(text: string, at: number): DataType {
  const [, kind = '', digits = '', unit] = SIMPLE.exec(text) ?? [];
  const size = Number(digits);
  const number = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  const isTime = kind === 'm' || kind === 'M';
  if (number !== undefined ? number.sizes.includes(size) && unit === undefined : isTime ? size === 8 : kind !== '') {
    if (unit === undefined || isTime) return named({ text, kind, size, number: number?.name });
  }
  throw malformed('Expected a type of elements, got another text', at);
}

function named(type: {
  readonly text: string;
  readonly kind: string;
  readonly size: number;
  readonly number: string | undefined;
}): DataType {
  const { text, kind, size, number } = type;
  if (kind === 'O') return { name: 'object', size: 8, hasObjects: true };
  if (number !== undefined)
    return {
      name: number === 'bool' ? number : `${number}${size * 8}`,
      size,
      hasObjects: false,
      isBigEndian: text.startsWith('>'),
    };
  return { name: text.replace(/^[<>|=]/, '').toLowerCase(), size: kind === 'U' ? 4 * size : size, hasObjects: false };
}

/** Fields are `(name, type)` or `(name, type, shape)`; a name may have a title. One without a name is padding. */
function structuredType(fields: readonly PythonLiteral[], at: number): DataType {
  let size = 0;
  let hasObjects = false;
  for (const field of fields) {
    if (field.kind !== 'tuple' || field.items.length < 2 || field.items.length > 3)
      throw malformed('Expected fields with name and type, got another value', at);
    const [name, descr, shape] = field.items;
    const isName =
      name?.kind === 'text' ||
      (name?.kind === 'tuple' && name.items.length === 2 && name.items.every(({ kind }) => kind === 'text'));
    if (!isName) throw malformed('Expected the name of a field, got another value', at);
    const one = readDataType(descr, at);
    const type = shape === undefined ? one : repeated(one, shapeOf(shape, at));
    size += type.size;
    hasObjects ||= type.hasObjects;
  }
  return { name: 'structured', size, hasObjects };
}

function repeated(type: DataType, shape: readonly number[]): DataType {
  const size = shape.reduce((all, each) => all * each, type.size);
  return { name: 'structured', size, hasObjects: type.hasObjects };
}
