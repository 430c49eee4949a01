import type { FormatInspector, Inspection } from '../contract.ts';
import { type ByteSource, partOf } from '../source/byte-source.ts';
import { streamOf } from '../source/stream-of.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { arrayOrder, type TensorValues } from '../tensor-values.ts';
import { type DataType, readDataType, shapeOf } from './data-type.ts';
import { parseLiteral } from './python-literal.ts';

/** `\x93NUMPY` */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Largest header that is read, in bytes: NumPy itself stops at 10,000 unless it is told otherwise. */
export const MAX_NPY_HEADER: number = 1024 * 1024;

/**
 * An array of NumPy, versions 1 to 3 (numpy.lib.format): a header that is a Python dict, and the elements. An array of objects is a pickle.
 */
export const npy: FormatInspector = {
  formats: ['npy'],
  recognises: (head) => MAGIC.every((byte, index) => head[index] === byte),
  async inspect(source, inspection) {
    const header = await readHeader(source, inspection);
    const { formatVersion, type, shape, start } = header;
    if (type.hasObjects) await inspectObjects(source, { inspection, start });
    else checkSize(source, { inspection, start, bytes: shape.reduce((all, size) => all * size, type.size) });
    const place = type.hasObjects ? {} : { offset: start, bytes: source.size - start };
    const parameters = /^(?:float|complex|int|uint)/.test(type.name) ? shape.reduce((all, size) => all * size, 1) : 0;
    const tensors = [{ name: 'array', type: type.name, shape, ...place, values: valuesOf(header, source) }];
    return { format: 'npy', formatVersion, framework: { name: 'numpy' }, tensors, parameters };
  },
};

interface Header {
  readonly formatVersion: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  /** The first dimension is the fastest. */
  readonly isFortran: boolean;
  /** Where the elements begin. */
  readonly start: number;
}

async function readHeader(source: ByteSource, inspection: Inspection): Promise<Header> {
  const head = await source.read(0, 8);
  const [major = 0, minor = 0] = head.subarray(6);
  if (major < 1 || major > 3 || minor !== 0)
    throw new StructureError('UNSUPPORTED', `Expected version 1.0, 2.0 or 3.0, got ${major}.${minor}`, 6);
  const field = Buffer.from(await source.read(8, major === 1 ? 2 : 4));
  const length = field.readUIntLE(0, field.length);
  const at = 8 + field.length;
  if (length > MAX_NPY_HEADER)
    throw new StructureError(
      'LIMIT_EXCEEDED',
      `Expected a header of at most ${MAX_NPY_HEADER} bytes, got ${length}`,
      8,
    );
  const bytes = await source.read(at, length);
  const literal = parseLiteral(textOf(bytes, { isUtf8: major === 3, at }), { inspection, offset: at });
  const members = literal.kind === 'dict' ? literal.members : new Map<string, never>();
  const order = members.get('fortran_order');
  if (members.size !== 3 || order?.kind !== 'word')
    throw malformed('Expected descr, fortran_order and shape, got other keys', at);
  const shape = members.get('shape');
  if (shape?.kind !== 'tuple') throw malformed('Expected a tuple as shape, got another value', at);
  const type = readDataType(members.get('descr'), at);
  return {
    formatVersion: `${major}.${minor}`,
    type,
    shape: shapeOf(shape, at),
    isFortran: order.word,
    start: at + length,
  };
}

function valuesOf({ type, shape, isFortran, start }: Header, source: ByteSource): TensorValues | string {
  const bytes = shape.reduce((all, size) => all * size, type.size);
  if (type.hasObjects) return 'it has Python objects instead of numbers';
  if (start + bytes > source.size) return 'some of it is missing';
  return {
    bytes,
    read: () => streamOf(source, start, bytes),
    isBigEndian: type.isBigEndian,
    order: arrayOrder(shape, { each: type.size, isFortran }),
  };
}

function textOf(bytes: Uint8Array, how: { readonly isUtf8: boolean; readonly at: number }): string {
  if (!how.isUtf8) return Buffer.from(bytes).toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StructureError('INVALID_TEXT', 'Expected a header in UTF-8, got other bytes', how.at);
  }
}

function checkSize(
  source: ByteSource,
  place: { readonly inspection: Inspection; readonly start: number; readonly bytes: number },
): void {
  const { inspection, start, bytes } = place;
  const left = source.size - start;
  if (bytes > left)
    inspection.find('TRUNCATED', `Expected ${bytes} bytes of elements, got an end after ${left}`, source.size);
  if (bytes < left)
    inspection.find('HIDDEN_BYTES', `Expected an end after the elements, got ${left - bytes} bytes`, start + bytes);
}

async function inspectObjects(
  source: ByteSource,
  place: { readonly inspection: Inspection; readonly start: number },
): Promise<void> {
  const { inspection, start } = place;
  const pickle = partOf(source, start, source.size - start);
  inspection.find('NPY_OBJECTS', 'Expected numbers or texts, got Python objects, which are a pickle', start);
  const report = await inspection.nested(pickle, 'objects', ['pickle']);
  if (report === undefined) inspection.find('FORMAT_UNKNOWN', 'Expected a pickle, got other bytes', start);
}
