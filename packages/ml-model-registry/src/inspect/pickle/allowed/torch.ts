import { Blob, Global, Made, Opaque, Storage, Tuple, type Rule, type Value } from '../values.ts';
import { type ListedModule, rulesOf } from '../rules.ts';

const storages = `DoubleStorage FloatStorage HalfStorage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage BFloat16Storage
  ComplexDoubleStorage ComplexFloatStorage QUInt8Storage QInt8Storage QInt32Storage QUInt4x2Storage QUInt2x4Storage`;

const types = `float32 float float64 double float16 half bfloat16 uint8 int8 int16 short int32 int int64 long bool complex32 complex64 complex128
  quint8 qint8 qint32 quint4x2 quint2x4 uint16 uint32 uint64 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz strided contiguous_format
  per_tensor_affine per_channel_affine`;

const modules: Readonly<Record<string, ListedModule>> = {
  torch: { refer: `${storages} ${types}`, call: 'device Size' },
  'torch.storage': { refer: 'UntypedStorage TypedStorage' },
  'torch._tensor': { refer: 'Tensor' },
  'torch.nn.parameter': { refer: 'Parameter Buffer' },
  'torch.serialization': { call: '_get_layout' },
};

/** A tensor lies in a storage that is in the file, not in what another call made. */
function onStorage(args: readonly Value[]): string | undefined {
  const [storage, offset, size, stride] = args;
  if (!(storage instanceof Storage || storage instanceof Opaque)) return 'a storage of the file';
  return typeof offset === 'number' && size instanceof Tuple && stride instanceof Tuple
    ? undefined
    : 'an offset, a shape and strides';
}

function onTensor(args: readonly Value[]): string | undefined {
  const [tensor] = args;
  return tensor instanceof Made ? undefined : 'a tensor';
}

/** `_rebuild_device_tensor_from_numpy` and others take arrays. */
function onArray(args: readonly Value[]): string | undefined {
  const [array] = args;
  return array instanceof Made || array instanceof Blob ? undefined : 'an array';
}

/** `_rebuild_from_type_v2(function, type, args, state)` calls the function: it must be one of these. */
function byListedFunction(args: readonly Value[]): string | undefined {
  const [rebuild, type] = args;
  if (!(rebuild instanceof Global && type instanceof Global)) return 'a function that makes tensors';
  const known = rebuild.module === 'torch._utils' && /\.(?:Tensor|Parameter|Buffer)$/.test(type.path);
  return known ? undefined : 'a function that makes tensors';
}

const special: readonly (readonly [string, Rule])[] = [
  ['torch._utils _rebuild_tensor', { call: onStorage }],
  ['torch._utils _rebuild_tensor_v2', { call: onStorage }],
  ['torch._utils _rebuild_tensor_v3', { call: onStorage }],
  ['torch._utils _rebuild_qtensor', { call: onStorage }],
  ['torch._utils _rebuild_parameter', { call: onTensor }],
  ['torch._utils _rebuild_parameter_with_state', { call: onTensor }],
  ['torch._utils _rebuild_device_tensor_from_numpy', { call: onArray }],
  ['torch._utils _rebuild_sparse_tensor', { call: true }],
  ['torch._utils _rebuild_meta_tensor_no_storage', { call: true }],
  ['torch._tensor _rebuild_from_type_v2', { call: byListedFunction }],
];

/** Tensors and what state dicts are made of. Modules (`torch.nn`) hold code of their own and are on no list. */
export const torch: readonly (readonly [string, Rule])[] = [
  ...rulesOf(modules, 'pytorch'),
  ...special.map(([key, rule]) => [key, { ...rule, framework: 'pytorch' }] as const),
];
