import type { FormatInspector, Inspection } from '../contract.ts';
import { countParameters } from '../count-parameters.ts';
import type { FormatReport } from '../inspection.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { Cursor } from '../source/cursor.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { readMetadata } from './metadata.ts';
import { align, placeTensors, readTensorList } from './tensors.ts';

/** `GGUF` */
const MAGIC = [0x47, 0x47, 0x55, 0x46];

/**
 * GGUF 2 and 3, little-endian (ggml's `docs/gguf.md`): counts, keys with values, a list of tensors, and the tensors, aligned and one after the other.
 * Nothing in it runs by itself, but programs fill its chat template, which is code.
 */
export const gguf: FormatInspector = {
  formats: ['gguf'],
  recognises: (head) => MAGIC.every((byte, index) => head[index] === byte),
  async inspect(source, inspection) {
    const cursor = new Cursor(source, MAGIC.length);
    const formatVersion = await readVersion(cursor);
    await cursor.need(16);
    const tensorCount = cursor.u64();
    const keyCount = cursor.u64();
    const { texts, alignment } = await readMetadata(cursor, keyCount, inspection);
    const listed = await readTensorList(cursor, tensorCount, inspection);
    const start = align(cursor.position, alignment);
    await demandZeros(source, { from: cursor.position, to: Math.min(start, source.size), inspection });
    const tensors = placeTensors(listed, { inspection, start, end: Math.max(source.size, cursor.position), alignment });
    return reportOf({ formatVersion, texts, tensors });
  },
};

async function readVersion(cursor: Cursor): Promise<string> {
  await cursor.need(4);
  const version = cursor.u32();
  if (version === 2 || version === 3) return String(version);
  // The other order of bytes looks like a large number.
  const what =
    version === 1 ? 'version 1' : version > 0xffff ? 'the order of bytes of other machines' : `version ${version}`;
  throw new StructureError('UNSUPPORTED', `Expected version 2 or 3, little-endian, got ${what}`, MAGIC.length);
}

async function demandZeros(
  source: ByteSource,
  range: { readonly from: number; readonly to: number; readonly inspection: Inspection },
): Promise<void> {
  if (range.to <= range.from) return;
  const bytes = await source.read(range.from, range.to - range.from);
  if (bytes.some((byte) => byte !== 0))
    throw malformed('Expected zeros before the first tensor, got other bytes', range.from);
}

function reportOf(found: {
  readonly formatVersion: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly tensors: NonNullable<FormatReport['tensors']>;
}): FormatReport {
  const { formatVersion, texts, tensors } = found;
  const parameters = countParameters(tensors);
  const metadata = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key.slice('general.'.length), text]));
  return { format: 'gguf', formatVersion, framework: { name: 'ggml' }, tensors, parameters, metadata };
}
