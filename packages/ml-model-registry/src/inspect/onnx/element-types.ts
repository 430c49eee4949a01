/** An element type of tensors. */
export interface ElementType {
  readonly name: string;
  /** 0 for texts, which have no size of their own. */
  readonly bits: number;
  /** The field that has the elements when they don't stand in `raw_data`. */
  readonly field: 'float_data' | 'int32_data' | 'int64_data' | 'double_data' | 'uint64_data' | 'string_data';
  /** Entries of that field for an element, in halves for elements that share one. */
  readonly perElement: number;
}

const types: readonly (readonly [
  id: number,
  name: string,
  bits: number,
  field: ElementType['field'],
  perElement: number,
])[] = [
  [1, 'float32', 32, 'float_data', 1],
  [2, 'uint8', 8, 'int32_data', 1],
  [3, 'int8', 8, 'int32_data', 1],
  [4, 'uint16', 16, 'int32_data', 1],
  [5, 'int16', 16, 'int32_data', 1],
  [6, 'int32', 32, 'int32_data', 1],
  [7, 'int64', 64, 'int64_data', 1],
  [8, 'string', 0, 'string_data', 1],
  [9, 'bool', 8, 'int32_data', 1],
  [10, 'float16', 16, 'int32_data', 1],
  [11, 'float64', 64, 'double_data', 1],
  [12, 'uint32', 32, 'uint64_data', 1],
  [13, 'uint64', 64, 'uint64_data', 1],
  [14, 'complex64', 64, 'float_data', 2],
  [15, 'complex128', 128, 'double_data', 2],
  [16, 'bfloat16', 16, 'int32_data', 1],
  [17, 'float8e4m3fn', 8, 'int32_data', 1],
  [18, 'float8e4m3fnuz', 8, 'int32_data', 1],
  [19, 'float8e5m2', 8, 'int32_data', 1],
  [20, 'float8e5m2fnuz', 8, 'int32_data', 1],
  [21, 'uint4', 4, 'int32_data', 0.5],
  [22, 'int4', 4, 'int32_data', 0.5],
  [23, 'float4e2m1', 4, 'int32_data', 0.5],
  [24, 'float8e8m0', 8, 'int32_data', 1],
  [25, 'uint2', 2, 'int32_data', 0.25],
  [26, 'int2', 2, 'int32_data', 0.25],
];

/** Element types by their numbers (`TensorProto.DataType`). */
export const elementTypes: ReadonlyMap<number, ElementType> = new Map(
  types.map(([id, name, bits, field, perElement]) => [id, { name, bits, field, perElement }]),
);
