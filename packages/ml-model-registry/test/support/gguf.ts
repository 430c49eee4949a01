import { joined, u32, u64 } from './bytes.ts';

/** A text with its length. */
export function text(value: string): Uint8Array {
  return joined(u64(Buffer.byteLength(value)), value);
}

/** A key of the metadata with a text. */
export const key = (name: string, value: string): Uint8Array => joined(text(name), u32(8), text(value));

/** A tensor of the list. */
export interface Tensor {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly type: number;
  readonly offset: number;
}

/** 512 numbers in blocks of four bits, and three floats behind them. */
export const weight: Tensor = { name: 'blk.0.attn_q.weight', sizes: [256, 2], type: 12, offset: 0 };
export const norm: Tensor = { name: 'output_norm.weight', sizes: [3], type: 0, offset: 288 };

/** A GGUF file of these keys and tensors. */
export function file(
  options: {
    readonly keys?: readonly Uint8Array[];
    readonly tensors?: readonly Tensor[];
    /** What the tensors hold, or how many zeros. */
    readonly data?: number | Uint8Array;
    readonly version?: number;
    readonly alignment?: number;
  } = {},
): Uint8Array {
  const {
    keys = [key('general.architecture', 'llama')],
    tensors = [weight, norm],
    data = 300,
    version = 3,
    alignment = 32,
  } = options;
  const list = tensors.map(({ name, sizes, type, offset }) =>
    joined(text(name), u32(sizes.length), ...sizes.map((size) => u64(size)), u32(type), u64(offset)),
  );
  const head = joined('GGUF', u32(version), u64(tensors.length), u64(keys.length), ...keys, ...list);
  return joined(
    head,
    new Uint8Array(-head.length & (alignment - 1)),
    typeof data === 'number' ? new Uint8Array(data) : data,
  );
}
