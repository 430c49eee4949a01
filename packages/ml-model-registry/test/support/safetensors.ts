import { joined, u64 } from './bytes.ts';

/** A tensor to write. */
export interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file of these tensors, in their order. */
export function safetensorsOf(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  let end = 0;
  const header = JSON.stringify(
    Object.fromEntries(
      Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
        const start = end;
        end += bytes.length;
        return [name, { dtype, shape, data_offsets: [start, end] }];
      }),
    ),
  );
  return joined(u64(Buffer.byteLength(header)), header, ...Object.values(tensors).map(({ bytes }) => bytes));
}

/** A tensor of floats. */
export function floats(values: Iterable<number>): Tensor {
  const numbers = Float32Array.from(values);
  return { dtype: 'F32', shape: [numbers.length], bytes: new Uint8Array(numbers.buffer) };
}
