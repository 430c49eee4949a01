import { type ListedModule, rulesOf } from '../rules.ts';
import { Blob, Global, Made, Tuple, type Rule, type Value } from '../values.ts';

const types = `bool_ bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 intp uintp intc uintc byte ubyte short ushort longlong ulonglong int_ uint
  float16 float32 float64 longdouble half single double float_ complex64 complex128 clongdouble str_ bytes_ void object_ datetime64 timedelta64
  generic number integer floating long ulong`;

const functions = `mean median std var sum min max amin amax nanmean nanmedian ravel log log1p log2 log10 exp exp2 expm1 sqrt square cbrt abs absolute fabs
  sin cos tan arcsin arccos arctan sinh cosh tanh sign floor ceil rint trunc negative reciprocal isnan isfinite isinf degrees radians deg2rad rad2deg
  add subtract multiply divide power maximum minimum logical_not identity nan_to_num`;

const core: ListedModule = { refer: 'ndarray' };

/** Version 1 calls its inner package `core`, version 2 `_core`; either reads files of both. */
function both(name: string, listed: ListedModule): Readonly<Record<string, ListedModule>> {
  return { [`numpy.core.${name}`]: listed, [`numpy._core.${name}`]: listed };
}

const modules: Readonly<Record<string, ListedModule>> = {
  numpy: { refer: `ndarray memmap ${types} ${functions}` },
  ...both('multiarray', core),
  ...both('fromnumeric', { refer: 'mean std var sum amin amax ravel' }),
  ...both('_methods', { refer: '_mean' }),
  ...both('_multiarray_umath', { refer: functions }),
  ...both('memmap', { refer: 'memmap' }),
  // How types of texts of any length are stored, since version 2.
  'numpy._core._internal': { call: '_convert_to_stringdtype_kwargs' },
  'numpy.dtypes': { call: 'StringDType' },
  'numpy.ma': { refer: 'MaskedArray' },
  'numpy.ma.core': { refer: 'MaskedArray' },
  'numpy.random._mt19937': { refer: 'MT19937' },
  'numpy.random._pcg64': { refer: 'PCG64 PCG64DXSM' },
  'numpy.random._philox': { refer: 'Philox' },
  'numpy.random._sfc64': { refer: 'SFC64' },
  'numpy.random.bit_generator': { data: 'SeedSequence', call: '__pyx_unpickle_SeedSequence' },
  'numpy.random._generator': { refer: 'Generator' },
  'numpy.random.mtrand': { refer: 'RandomState' },
};

/** `_reconstruct(ndarray, (0,), b'b')` makes an empty array; larger ones would take memory that the file does not have. */
function emptyArray(args: readonly Value[]): string | undefined {
  const [type, shape] = args;
  if (!(type instanceof Global)) return 'a class of arrays';
  if (!/^numpy(?:\.\w+)*\.(?:ndarray|MaskedArray)$/.test(type.path) && type.rule !== undefined)
    return 'a class of arrays';
  const empty = shape instanceof Tuple && shape.items.every((size) => size === 0 || size === 1);
  return empty ? undefined : 'an empty shape';
}

function maskedArray(args: readonly Value[]): string | undefined {
  const [type, base, shape] = args;
  if (!(type instanceof Global && base instanceof Global)) return 'a class of arrays';
  if (type.rule === undefined || base.rule === undefined) return undefined;
  const named = type.path.endsWith('.MaskedArray') && base.path === 'numpy.ndarray';
  return named ? emptyArray([base, shape ?? null]) : 'a class of arrays';
}

/** `dtype('f8', False, True)`. */
function plainType(args: readonly Value[]): string | undefined {
  const [type] = args;
  return typeof type === 'string' || (type instanceof Global && type.path.startsWith('numpy.'))
    ? undefined
    : 'the name of a type';
}

function dtypeAndBytes(args: readonly Value[]): string | undefined {
  const [type] = args;
  return type instanceof Made && type.by?.path === 'numpy.dtype' ? undefined : 'a dtype';
}

/** `__generator_ctor(bit generator, constructor)`: the constructor is called. */
function ofGenerator(args: readonly Value[]): string | undefined {
  const harmless = args.every(
    (arg) =>
      typeof arg === 'string' ||
      (arg instanceof Made && arg.by?.module.startsWith('numpy.random.') === true) ||
      (arg instanceof Global && arg.module.startsWith('numpy.random.') && arg.rule !== undefined),
  );
  return harmless ? undefined : 'a generator of NumPy';
}

/** `_frombuffer(buffer, dtype, shape, order)`. */
function bufferOfArray(args: readonly Value[]): string | undefined {
  const [buffer, ...rest] = args;
  const known =
    buffer instanceof Blob ||
    buffer instanceof Made ||
    (typeof buffer === 'object' && buffer !== null && 'what' in buffer);
  return known ? dtypeAndBytes(rest) : 'bytes';
}

const special: readonly (readonly [string, Rule])[] = [
  ['numpy dtype', { call: plainType }],
  ...['numpy.core', 'numpy._core'].flatMap((inner): (readonly [string, Rule])[] => [
    [`${inner}.multiarray _reconstruct`, { call: emptyArray }],
    [`${inner}.multiarray scalar`, { call: dtypeAndBytes }],
    [`${inner}.numeric _frombuffer`, { call: bufferOfArray }],
  ]),
  ['numpy.random._pickle __bit_generator_ctor', { call: ofGenerator }],
  ['numpy.random._pickle __generator_ctor', { call: ofGenerator }],
  ['numpy.random._pickle __randomstate_ctor', { call: ofGenerator }],
  ['numpy.ma.core _mareconstruct', { call: maskedArray }],
];

/** Arrays, their types, and random generators. */
export const numpy: readonly (readonly [string, Rule])[] = [
  ...rulesOf(modules, 'numpy'),
  ...special.map(([key, rule]) => [key, { ...rule, framework: 'numpy' }] as const),
];
