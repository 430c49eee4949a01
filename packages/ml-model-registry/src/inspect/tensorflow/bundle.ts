import type { Inspection } from '../contract.ts';
import { messageOf, messagesOf, numberOf } from '../protobuf/fields.ts';
import { readMessage } from '../protobuf/read-message.ts';
import { message, type MessageSchema } from '../protobuf/schema.ts';
import { quoted } from '../quoted.ts';
import { type ByteSource, memorySource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { elementType } from './element-types.ts';
import { shape as shapeSchema, versions } from './graph-schema.ts';
import { readTable, type TableEntry } from './table.ts';

/** A variable, and where its numbers are. */
export interface BundledTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** Which file of numbers. */
  readonly shard: number;
  readonly offset: number;
  readonly bytes: number;
  /** Whether its numbers stand one after the other: texts have lengths in front, and slices are elsewhere. */
  readonly isPlain: boolean;
  readonly isBigEndian: boolean;
}

/** The index of variables. */
export interface Bundle {
  readonly shards: number;
  readonly tensors: readonly BundledTensor[];
}

// tensor_bundle.proto of TensorFlow 2.20.
const header: MessageSchema = message('BundleHeaderProto', {
  1: ['num_shards', 'varint'],
  2: ['endianness', 'varint'],
  3: ['version', () => versions],
});
const extent: MessageSchema = message('Extent', { 1: ['start', 'varint'], 2: ['length', 'varint'] });
const slice: MessageSchema = message('TensorSliceProto', { 1: ['extent', [() => extent]] });
const entry: MessageSchema = message('BundleEntryProto', {
  1: ['dtype', 'varint'],
  2: ['shape', () => shapeSchema],
  3: ['shard_id', 'varint'],
  4: ['offset', 'varint'],
  5: ['size', 'varint'],
  6: ['crc32c', 'fixed32'],
  7: ['slices', [() => slice]],
});

/** What object-based checkpoints write behind the name of a variable. */
const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';

/**
 * Reads `variables.index`: the name, type and shape of each variable, and where its numbers are in the files beside it.
 *
 * @throws {StructureError}
 */
export async function readBundle(source: ByteSource, inspection: Inspection): Promise<Bundle> {
  const { held } = inspection.limits;
  if (source.size > held)
    throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${held} bytes, got ${source.size}`, 0);
  const [first, ...entries] = readTable(await source.read(0, source.size), inspection);
  if (first?.key !== '') throw malformed('Expected a header in the index of variables, got none', 0);
  const head = await readMessage(memorySource(first.value), header, inspection);
  const isBigEndian = numberOf(head, 'endianness') === 1;
  const tensors: BundledTensor[] = [];
  for (const each of entries) tensors.push(await readEntry(each, { isBigEndian, inspection }));
  return { shards: numberOf(head, 'num_shards'), tensors };
}

async function readEntry(
  { key, value, at }: TableEntry,
  of: { readonly isBigEndian: boolean; readonly inspection: Inspection },
): Promise<BundledTensor> {
  const { isBigEndian, inspection } = of;
  const found = await readMessage(memorySource(value), entry, inspection);
  const type = elementType(numberOf(found, 'dtype'));
  const shape = messagesOf(messageOf(found, 'shape'), 'dim').map((dimension) => numberOf(dimension, 'size'));
  const name = key.endsWith(VALUE) ? key.slice(0, -VALUE.length) : key;
  const elements = shape.reduce((all, size) => all * size, 1);
  const [shard, offset, bytes] = ['shard_id', 'offset', 'size'].map((field) => numberOf(found, field)) as [
    number,
    number,
    number,
  ];
  const isSound = [elements, shard, offset, bytes, ...shape].every((each) => Number.isSafeInteger(each) && each >= 0);
  if (type === undefined || !isSound) throw malformed(`Expected a type, shape and place of ${quoted(name)}`, at);
  const isSliced = messagesOf(found, 'slices').length > 0;
  const isPlain = type.bytes > 0 && !isSliced;
  if (isPlain && bytes !== elements * type.bytes)
    throw malformed(`Expected ${elements * type.bytes} bytes of ${quoted(name)} by its shape, got ${bytes}`, at);
  return { name, type: type.name, shape, shard, offset, bytes, isPlain, isBigEndian };
}
