import type { Inspection } from '../contract.ts';
import type { TensorInfo } from '../inspection.ts';
import { quoted } from '../quoted.ts';
import { Dict, Made, Sequence, Storage, Tuple, type Value } from '../pickle/values.ts';

/** A tensor of a pickle and where its numbers are. */
export interface PickledTensor extends TensorInfo {
  readonly storage: Storage;
  /** Numbers of the storage before its first. */
  readonly storageOffset: number;
  readonly sizes: readonly number[];
  /** How many numbers of the storage further the next one of each dimension is. */
  readonly strides: readonly number[];
}

const wrappers = new Set(['torch._utils._rebuild_parameter', 'torch._utils._rebuild_parameter_with_state']);

/**
 * The tensors of what a pickle gives, named by the keys that lead to them: `model.layer.weight`. One that reaches out of its storage is `MALFORMED`.
 * Lists and tuples are looked into, too; of long lists their beginning.
 */
export function tensorsIn(root: Value, inspection: Inspection): readonly PickledTensor[] {
  const found: PickledTensor[] = [];
  const seen = new Set<Value>();
  const look = (value: Value, path: readonly string[]): void => {
    if (found.length >= inspection.limits.tensors || path.length > inspection.limits.depth) return;
    if (typeof value !== 'object' || value === null) return;
    const tensor = tensorOf(value, path.join('.'), inspection);
    if (tensor !== undefined) found.push(tensor);
    // What is there twice is told by its first name; and what is in itself has no end.
    else if (!seen.has(value)) {
      seen.add(value);
      for (const [key, inner] of partsOf(value)) look(inner, [...path, key]);
    }
  };
  look(root, []);
  return found;
}

function partsOf(value: Value): Iterable<readonly [string, Value]> {
  if (value instanceof Dict) return value.entries;
  if (value instanceof Made)
    return value.state instanceof Dict ? [...value.entries, ...value.state.entries] : value.entries;
  if (value instanceof Sequence || value instanceof Tuple)
    return value.items.map((item, index) => [String(index), item] as const);
  return [];
}

function tensorOf(value: Value, name: string, inspection: Inspection): PickledTensor | undefined {
  if (!(value instanceof Made)) return undefined;
  const path = value.by?.path ?? '';
  const [first] = value.args;
  if (wrappers.has(path)) return first === undefined || first === value ? undefined : tensorOf(first, name, inspection);
  if (!/^torch\._utils\._rebuild_(?:tensor|tensor_v2|tensor_v3|qtensor)$/.test(path)) return undefined;
  const [storage, storageOffset, size, stride] = value.args;
  const shape = numbersOf(size);
  const strides = numbersOf(stride);
  if (
    !(storage instanceof Storage) ||
    typeof storageOffset !== 'number' ||
    shape === undefined ||
    strides === undefined
  )
    return undefined;
  demandInside(name, { storage, storageOffset, shape, strides }, inspection);
  return { name, type: storage.type, shape, storage, storageOffset, sizes: shape, strides };
}

function numbersOf(value: Value | undefined): readonly number[] | undefined {
  if (!(value instanceof Tuple)) return undefined;
  const found = value.items.filter((item): item is number => typeof item === 'number' && item >= 0);
  return found.length === value.length ? found : undefined;
}

function demandInside(
  name: string,
  tensor: {
    readonly storage: Storage;
    readonly storageOffset: number;
    readonly shape: readonly number[];
    readonly strides: readonly number[];
  },
  inspection: Inspection,
): void {
  const { storage, storageOffset, shape, strides } = tensor;
  const isEmpty = shape.includes(0);
  const last = shape.reduce((sum, size, index) => sum + (size - 1) * (strides[index] ?? 0), storageOffset);
  const sound = strides.length === shape.length && storageOffset >= 0 && (isEmpty || last < storage.count);
  if (!sound)
    inspection.find(
      'MALFORMED',
      `Expected tensor ${quoted(name)} within its storage of ${storage.count}, got one up to ${last}`,
      0,
    );
}
