/** An element type of tensors. */
export interface ElementType {
  readonly name: string;
  /** 0 for texts and handles, which have no size of their own. */
  readonly bits: number;
}

const types: readonly (readonly [name: string, bits: number])[] = [
  ['float32', 32],
  ['float16', 16],
  ['int32', 32],
  ['uint8', 8],
  ['int64', 64],
  ['string', 0],
  ['bool', 8],
  ['int16', 16],
  ['complex64', 64],
  ['int8', 8],
  ['float64', 64],
  ['complex128', 128],
  ['uint64', 64],
  ['resource', 0],
  ['variant', 0],
  ['uint32', 32],
  ['uint16', 16],
  ['int4', 4],
  ['bfloat16', 16],
  ['int2', 2],
  ['uint4', 4],
  ['float8e4m3fn', 8],
  ['float8e5m2', 8],
];

/** Element types by their numbers (`TensorType`). */
export const elementTypes: readonly ElementType[] = types.map(([name, bits]) => ({ name, bits }));
