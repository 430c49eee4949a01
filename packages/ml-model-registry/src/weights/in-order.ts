import { StructureError } from '../inspect/structure-error.ts';
import type { TensorValues } from '../inspect/tensor-values.ts';

/** Most bytes of a tensor that are held to put its numbers in their order. */
const HELD = 64 * 1024 * 1024;
/** Bytes that are given at once. */
const PIECE = 256 * 1024;

/** Why the numbers of a tensor can't be put in their order; `undefined` when they can. */
export function orderProblem({ order, bytes }: TensorValues): string | undefined {
  return order === undefined || bytes <= HELD
    ? undefined
    : `its numbers lie in an order of their own, and are more than ${HELD} bytes`;
}

/** The numbers of a tensor in their order, the last dimension fastest. Those that lie otherwise are held. */
export async function* inOrder(
  values: TensorValues,
  shape: readonly (number | null)[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const { order } = values;
  if (order === undefined) {
    yield* values.read();
    return;
  }
  const held = await heldBytes(values);
  const sizes = shape.map((size) => size ?? 0);
  const { each, strides } = order;
  const count = sizes.reduce((all, size) => all * size, 1);
  const at = sizes.map(() => 0);
  let from = 0;
  for (let done = 0; done < count;) {
    const piece = Buffer.allocUnsafe(Math.min(count - done, Math.max(1, Math.floor(PIECE / each))) * each);
    for (let into = 0; into < piece.length; into += each, done += 1) {
      for (let byte = 0; byte < each; byte += 1) piece[into + byte] = held[from * each + byte] as number;
      // The next place: the last dimension that is not at its end goes on, and those after it begin again.
      for (let dimension = sizes.length - 1; dimension >= 0; dimension -= 1) {
        const stride = strides[dimension] ?? 0;
        at[dimension] = (at[dimension] ?? 0) + 1;
        from += stride;
        if ((at[dimension] ?? 0) < (sizes[dimension] ?? 0)) break;
        from -= stride * (sizes[dimension] ?? 0);
        at[dimension] = 0;
      }
    }
    yield piece;
  }
}

async function heldBytes(values: TensorValues): Promise<Uint8Array> {
  const held = Buffer.allocUnsafe(values.bytes);
  let done = 0;
  for await (const chunk of values.read()) {
    held.set(chunk.subarray(0, held.length - done), done);
    done += Math.min(chunk.length, held.length - done);
  }
  if (done < held.length)
    throw new StructureError('TRUNCATED', 'Expected all numbers of a tensor, got an end before', done);
  return held;
}
