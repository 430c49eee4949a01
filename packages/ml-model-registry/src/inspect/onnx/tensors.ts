import { bytesOf, numberOf, textOf, varintsOf } from '../protobuf/fields.ts';
import type { PbMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import type { FoundTensor, TensorValues } from '../tensor-values.ts';
import { type ElementType, elementTypes } from './element-types.ts';
import { inspectExternalData, type OnnxPlace } from './external-data.ts';
import { fieldValues } from './field-values.ts';

/** `data_location`: in the file, or in another. */
const EXTERNAL = 1;

/** Fields in which elements stand. */
const dataFields: readonly ElementType['field'][] = [
  'float_data',
  'int32_data',
  'int64_data',
  'double_data',
  'uint64_data',
  'string_data',
];

/** Looks at a tensor: that it has as many bytes as its shape says, here or in another file. */
export async function inspectTensor(tensor: PbMessage, place: OnnxPlace): Promise<FoundTensor> {
  const { inspection, texts } = place;
  const name = await textOf(tensor, 'name', texts);
  const typeNumber = numberOf(tensor, 'data_type');
  const type = elementTypes.get(typeNumber);
  const shape = await varintsOf(tensor, 'dims', texts);
  const elements = shape.reduce((all, size) => all * size, 1);
  if (type === undefined) {
    inspection.find(
      'UNSUPPORTED',
      `Expected a known type of elements of ${quoted(name)}, got ${typeNumber}`,
      tensor.at,
    );
    return { name, type: 'unknown', shape };
  }
  if (!Number.isSafeInteger(elements) || shape.some((size) => size < 0)) {
    inspection.find('MALFORMED', `Expected a shape of whole numbers of ${quoted(name)}, got another`, tensor.at);
    return { name, type: type.name, shape: [] };
  }
  const bytes = Math.ceil((elements * type.bits) / 8);
  const raw = tensor.fields.get('raw_data')?.at(-1);
  let values: TensorValues | string;
  if (numberOf(tensor, 'data_location') === EXTERNAL) values = await inspectExternalData(tensor, bytes, place);
  else {
    await inspectData(tensor, { ...place, name, type, elements, bytes });
    values = fieldValues(tensor, { texts, type, bytes });
  }
  const offset = raw?.kind === 'span' && type.bits > 0 ? { offset: raw.at } : {};
  return { name, type: type.name, shape, ...offset, ...(type.bits > 0 ? { bytes } : {}), values };
}

interface Data extends OnnxPlace {
  readonly name: string;
  readonly type: ElementType;
  readonly elements: number;
  readonly bytes: number;
}

async function inspectData(tensor: PbMessage, data: Data): Promise<void> {
  const { inspection, name, type, elements, bytes } = data;
  const used = dataFields.filter((field) => tensor.fields.has(field));
  const raw = tensor.fields.get('raw_data')?.at(-1);
  if (raw?.kind === 'span') {
    if (used.length > 0 || type.bits === 0)
      inspection.find('MALFORMED', `Expected the data of ${quoted(name)} once, got it in two fields`, tensor.at);
    if (raw.length !== bytes)
      inspection.find(
        'MALFORMED',
        `Expected ${bytes} bytes of ${quoted(name)} by its shape, got ${raw.length}`,
        raw.at,
      );
    return;
  }
  const other = used.find((field) => field !== type.field);
  if (other !== undefined)
    inspection.find('MALFORMED', `Expected the data of ${quoted(name)} in ${type.field}, got ${other}`, tensor.at);
  const expected = Math.ceil(elements * type.perElement);
  const found = await countOf(tensor, data);
  if (found !== expected)
    inspection.find(
      'MALFORMED',
      `Expected ${expected} entries of ${quoted(name)} by its shape, got ${found}`,
      tensor.at,
    );
}

async function countOf(tensor: PbMessage, { type: { field }, texts }: Data): Promise<number> {
  if (field === 'float_data') return bytesOf(tensor, field, 4) / 4;
  if (field === 'double_data') return bytesOf(tensor, field, 8) / 8;
  if (field === 'string_data') return tensor.fields.get(field)?.length ?? 0;
  return (await varintsOf(tensor, field, texts)).length;
}
