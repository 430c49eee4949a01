import { eachVarint, type TextLimits } from '../protobuf/fields.ts';
import type { PbMessage, PbValue } from '../protobuf/read-message.ts';
import { streamOf } from '../source/stream-of.ts';
import type { TensorValues } from '../tensor-values.ts';
import type { ElementType } from './element-types.ts';

/** What reads the elements of a tensor. */
interface FieldPlace {
  readonly texts: TextLimits;
  readonly type: ElementType;
  /** Bytes of all elements by the shape. */
  readonly bytes: number;
}

type Span = PbValue & { readonly kind: 'span' };

/** The numbers of a tensor that stand in the message itself: as they are (`raw_data`), or in a list of its own for their type. */
export function fieldValues(tensor: PbMessage, place: FieldPlace): TensorValues | string {
  const { texts, type, bytes } = place;
  const raw = tensor.fields.get('raw_data')?.at(-1);
  if (type.bits === 0) return 'it has texts instead of numbers';
  if (raw?.kind === 'span') {
    if (raw.length !== bytes) return 'it has another number of bytes than its shape says';
    return { bytes, read: () => streamOf(texts.source, raw.at, bytes) };
  }
  const stored = tensor.fields.get(type.field) ?? [];
  if (type.field !== 'float_data' && type.field !== 'double_data') return { bytes, read: () => encoded(tensor, place) };
  const spans = stored.filter((value): value is Span => value.kind === 'span');
  if (spans.length < stored.length) return 'its numbers stand one by one';
  if (spans.reduce((sum, { length }) => sum + length, 0) !== bytes)
    return 'it has another number of bytes than its shape says';
  return { bytes, read: () => joined(spans, texts) };
}

async function* joined(spans: readonly Span[], { source }: TextLimits): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { at, length } of spans) yield* streamOf(source, at, length);
}

/** Whole numbers, each in as many bytes as its type has. Inspection has seen that they are as many as the shape says, or has said so. */
async function* encoded(tensor: PbMessage, place: FieldPlace): AsyncGenerator<Uint8Array, void, undefined> {
  const { texts, type, bytes } = place;
  const each = Math.max(type.bits, 8) / 8;
  // A number takes a byte of the message at least, so that this is no more than eight times what is read.
  const all = Buffer.alloc(Math.min(bytes, texts.most * each));
  let at = 0;
  await eachVarint(tensor, { name: type.field, limits: texts }, (value) => {
    if (at + each > all.length) return;
    if (each === 8) all.writeBigUInt64LE(BigInt.asUintN(64, value), at);
    else all.writeUIntLE(Number(BigInt.asUintN(8 * each, value)), at, each);
    at += each;
  });
  yield all.subarray(0, at);
}
