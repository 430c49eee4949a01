/** Numbers of a type, as they stand in a file: little-endian, one after the other. */
export interface NumberType {
  /** Bytes of one. */
  readonly bytes: number;
  /** Reads `count` of them from the beginning of `source`, which is aligned to 8 bytes. */
  read(source: ArrayBuffer, count: number, into: Float64Array): void;
}

type View = new (
  buffer: ArrayBuffer,
  offset: number,
  length: number,
) => ArrayLike<number> & { readonly BYTES_PER_ELEMENT: number };

function viewed(bytes: number, view: View): NumberType {
  return {
    bytes,
    // The engine copies and converts in one go.
    read: (source, count, into) => into.set(new view(source, 0, count)),
  };
}

function longs(view: BigInt64ArrayConstructor | BigUint64ArrayConstructor): NumberType {
  return {
    bytes: 8,
    read: (source, count, into) => {
      const numbers = new view(source, 0, count);
      for (let index = 0; index < count; index += 1) into[index] = Number(numbers[index]);
    },
  };
}

/** Types of 16 bits have so few numbers that all of them fit in a table. */
function tabled(numberOf: (bits: number) => number): NumberType {
  let table: Float64Array | undefined;
  return {
    bytes: 2,
    read: (source, count, into) => {
      table ??= Float64Array.from({ length: 65_536 }, (_, bits) => numberOf(bits));
      const codes = new Uint16Array(source, 0, count);
      for (let index = 0; index < count; index += 1) into[index] = table[codes[index] as number] as number;
    },
  };
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16: the upper half of a float of 32 bits. */
function brainFloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits * 65_536).buffer)[0] as number;
}

/** Names of types in full, by those that safetensors and GGUF have. */
const names: Readonly<Record<string, string>> = {
  f64: 'float64',
  f32: 'float32',
  f16: 'float16',
  bf16: 'bfloat16',
  i64: 'int64',
  u64: 'uint64',
  i32: 'int32',
  u32: 'uint32',
  i16: 'int16',
  u16: 'uint16',
  i8: 'int8',
  u8: 'uint8',
};

/** What a type is called in all formats: `float32` for `f32`. */
export function fullName(type: string): string {
  return Object.hasOwn(names, type) ? (names[type] ?? type) : type;
}

/** Types whose numbers stand in files as they are, by their names in full. */
export function numberTypes(): ReadonlyMap<string, NumberType> {
  return new Map([
    ['float64', viewed(8, Float64Array)],
    ['float32', viewed(4, Float32Array)],
    ['float16', tabled(half)],
    ['bfloat16', tabled(brainFloat)],
    ['int64', longs(BigInt64Array)],
    ['uint64', longs(BigUint64Array)],
    ['int32', viewed(4, Int32Array)],
    ['uint32', viewed(4, Uint32Array)],
    ['int16', viewed(2, Int16Array)],
    ['uint16', viewed(2, Uint16Array)],
    ['int8', viewed(1, Int8Array)],
    ['uint8', viewed(1, Uint8Array)],
    ['bool', viewed(1, Uint8Array)],
  ]);
}
