import { orderOf, type TensorValues } from '../tensor-values.ts';
import { bytesOf } from './storages.ts';
import type { PickledTensor } from './tensors.ts';

/**
 * The numbers of a tensor: a view of a storage, from its first number to its last. `range` gives bytes of the storage; `undefined` where there is none.
 */
export function storedValues(
  tensor: PickledTensor,
  range: (offset: number, length: number) => AsyncIterable<Uint8Array> | undefined,
): TensorValues | string {
  const { storage, storageOffset, sizes, strides } = tensor;
  const each = bytesOf(storage);
  if (range(0, 0) === undefined) return 'its storage is not there';
  const isEmpty = sizes.includes(0);
  const last = sizes.reduce((sum, size, index) => sum + (size - 1) * (strides[index] ?? 0), 0);
  if (strides.length !== sizes.length || (!isEmpty && storageOffset + last >= storage.count))
    return 'it reaches out of its storage';
  const bytes = isEmpty ? 0 : (last + 1) * each;
  return {
    bytes,
    read: () => range(storageOffset * each, bytes) ?? nothing(),
    order: orderOf(sizes, { each, strides }),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
