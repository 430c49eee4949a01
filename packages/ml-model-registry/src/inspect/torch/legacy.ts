import type { FormatInspector, Inspection } from '../contract.ts';
import { isLegacyTorch } from '../pickle/pickle.ts';
import { runPickle } from '../pickle/run-pickle.ts';
import { Dict, Sequence, type Storage, type Value } from '../pickle/values.ts';
import { quoted } from '../quoted.ts';
import { Cursor } from '../source/cursor.ts';
import { streamOf } from '../source/stream-of.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { FoundTensor } from '../tensor-values.ts';
import { bytesOf } from './storages.ts';
import { storedValues } from './stored-values.ts';
import type { PickledTensor } from './tensors.ts';
import { readTorchPickle, type TorchPickle } from './torch-pickle.ts';

/** The version of the format that PyTorch 0.1.10 to 1.5 wrote, and later ones on demand. */
const VERSION = 1001;

/**
 * Files of PyTorch before 1.6 (`torch.serialization._legacy_save`): a magic number, a version, what machine wrote it, the object, and the names of
 * storages, each a pickle; then the storages, each its count in eight bytes and its numbers.
 */
export const pytorchLegacy: FormatInspector = {
  formats: ['pytorch-legacy'],
  recognises: (head) => isLegacyTorch(head),
  async inspect(source, inspection) {
    const cursor = new Cursor(source);
    await runPickle(cursor, { inspection });
    const version = await runPickle(cursor, { inspection });
    if (version.root !== VERSION)
      throw new StructureError('UNSUPPORTED', `Expected version ${VERSION}, got another`, cursor.position);
    demandLittleEndian((await runPickle(cursor, { inspection })).root, cursor.position);
    const pickled = await readTorchPickle(cursor, inspection);
    const keys = await readKeys(cursor, inspection);
    const places = await readStorages(cursor, { keys, pickled, inspection });
    if (cursor.left > 0)
      inspection.find(
        'HIDDEN_BYTES',
        `Expected the end after the last storage, got ${cursor.left} more bytes`,
        cursor.position,
      );
    const tensors = pickled.tensors.map((tensor) => placed(tensor, { places, source }));
    return {
      format: 'pytorch-legacy',
      formatVersion: String(VERSION),
      framework: { name: 'pytorch' },
      tensors,
      parameters: pickled.parameters,
    };
  },
};

function demandLittleEndian(info: Value, at: number): void {
  const isLittle = info instanceof Dict ? info.entries.get('little_endian') : undefined;
  if (isLittle !== true)
    throw new StructureError('UNSUPPORTED', 'Expected the order of bytes of this machine, got another', at);
}

async function readKeys(cursor: Cursor, inspection: Inspection): Promise<readonly string[]> {
  const at = cursor.position;
  const keys: string[] = [];
  // Lists of a pickle are kept at their beginning only, so that names are read as they are put in.
  const { root } = await runPickle(cursor, { inspection, onText: (text) => keys.push(text) });
  if (!(root instanceof Sequence) || root.length !== keys.length)
    throw malformed('Expected a list of names of storages, got another value', at);
  return keys;
}

async function readStorages(
  cursor: Cursor,
  found: { readonly keys: readonly string[]; readonly pickled: TorchPickle; readonly inspection: Inspection },
): Promise<ReadonlyMap<Storage, number>> {
  const { keys, pickled, inspection } = found;
  const byKey = new Map(pickled.storages.map((storage) => [storage.key, storage]));
  const places = new Map<Storage, number>();
  for (const key of keys) {
    const at = cursor.position;
    inspection.step(1, at);
    const storage = byKey.get(key);
    if (storage === undefined || places.has(storage))
      throw malformed(`Expected the name of a storage, once, got ${quoted(key)}`, at);
    await cursor.need(8);
    const count = cursor.u64();
    if (count !== storage.count)
      throw malformed(`Expected ${storage.count} numbers in storage ${quoted(key)}, got ${count}`, at);
    const start = cursor.position;
    const bytes = count * bytesOf(storage);
    if (bytes > cursor.left)
      throw new StructureError(
        'TRUNCATED',
        `Expected ${bytes} bytes of a storage, got an end after ${cursor.left}`,
        start,
      );
    places.set(storage, start);
    cursor.seek(start + bytes);
  }
  if (places.size < byKey.size) throw malformed(`Expected ${byKey.size} storages, got ${places.size}`, cursor.position);
  return places;
}

function placed(
  tensor: PickledTensor,
  { places, source }: { readonly places: ReadonlyMap<Storage, number>; readonly source: ByteSource },
): FoundTensor {
  const { name, type, shape, storage, storageOffset } = tensor;
  const size = bytesOf(storage);
  const bytes = shape.reduce<number>((all, length) => all * (length ?? 0), size);
  const start = places.get(storage);
  const values = storedValues(tensor, (offset, length) =>
    start === undefined ? undefined : streamOf(source, start + offset, length),
  );
  return { name, type, shape, bytes, values, ...(start === undefined ? {} : { offset: start + storageOffset * size }) };
}
