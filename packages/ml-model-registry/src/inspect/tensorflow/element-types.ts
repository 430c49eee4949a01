/** An element type of tensors. */
export interface ElementType {
  readonly name: string;
  /** 0 for texts and handles, which have no size of their own. */
  readonly bytes: number;
  /** The field that has the elements when they do not stand in `tensor_content`. */
  readonly field: string;
}

const types: readonly (readonly [id: number, name: string, bytes: number, field: string])[] = [
  [1, 'float32', 4, 'float_val'],
  [2, 'float64', 8, 'double_val'],
  [3, 'int32', 4, 'int_val'],
  [4, 'uint8', 1, 'int_val'],
  [5, 'int16', 2, 'int_val'],
  [6, 'int8', 1, 'int_val'],
  [7, 'string', 0, 'string_val'],
  [8, 'complex64', 8, 'scomplex_val'],
  [9, 'int64', 8, 'int64_val'],
  [10, 'bool', 1, 'bool_val'],
  [11, 'qint8', 1, 'int_val'],
  [12, 'quint8', 1, 'int_val'],
  [13, 'qint32', 4, 'int_val'],
  [14, 'bfloat16', 2, 'half_val'],
  [15, 'qint16', 2, 'int_val'],
  [16, 'quint16', 2, 'int_val'],
  [17, 'uint16', 2, 'int_val'],
  [18, 'complex128', 16, 'dcomplex_val'],
  [19, 'float16', 2, 'half_val'],
  [20, 'resource', 0, 'resource_handle_val'],
  [21, 'variant', 0, 'variant_val'],
  [22, 'uint32', 4, 'uint32_val'],
  [23, 'uint64', 8, 'uint64_val'],
  [24, 'float8e5m2', 1, 'float8_val'],
  [25, 'float8e4m3fn', 1, 'float8_val'],
  [26, 'float8e4m3fnuz', 1, 'float8_val'],
  [27, 'float8e4m3b11fnuz', 1, 'float8_val'],
  [28, 'float8e5m2fnuz', 1, 'float8_val'],
  [29, 'int4', 1, 'int_val'],
  [30, 'uint4', 1, 'int_val'],
  [31, 'int2', 1, 'int_val'],
  [32, 'uint2', 1, 'int_val'],
];

/** Element types by their numbers (`DataType`). */
const elementTypes: ReadonlyMap<number, ElementType> = new Map(
  types.map(([id, name, bytes, field]) => [id, { name, bytes, field }]),
);

/** References to variables have numbers of their own, 100 higher. */
export function elementType(number: number): ElementType | undefined {
  return elementTypes.get(number > 100 ? number - 100 : number);
}
