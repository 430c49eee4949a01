import { table, type TableSchema, union } from '../flatbuffers/schema.ts';
import { moreOptions, options } from './options.ts';

// schema.fbs of TFLite, version 3c. Names are its own.

const custom = table('CustomQuantization', [['custom', 'u8*']]);
const quantization = table('QuantizationParameters', [
  ['min', 'f32*'],
  ['max', 'f32*'],
  ['scale', 'f32*'],
  ['zero_point', 'i64*'],
  ['details_type', 'u8'],
  ['details', union([custom])],
  ['quantized_dimension', 'i32'],
]);

const indices = union([
  table('Int32Vector', [['values', 'i32*']]),
  table('Uint16Vector', [['values', 'u16*']]),
  table('Uint8Vector', [['values', 'u8*']]),
]);
const dimension = table('DimensionMetadata', [
  ['format', 'i8'],
  ['dense_size', 'i32'],
  ['array_segments_type', 'u8'],
  ['array_segments', indices],
  ['array_indices_type', 'u8'],
  ['array_indices', indices],
]);
const sparsity = table('SparsityParameters', [
  ['traversal_order', 'i32*'],
  ['block_map', 'i32*'],
  ['dim_metadata', [dimension]],
]);

const variant = table('VariantSubType', [
  ['shape', 'i32*'],
  ['type', 'i8'],
  ['has_rank', 'u8'],
]);
const tensor = table('Tensor', [
  ['shape', 'i32*'],
  ['type', 'i8'],
  ['buffer', 'u32'],
  ['name', 'text'],
  ['quantization', quantization],
  ['is_variable', 'u8'],
  ['sparsity', sparsity],
  ['shape_signature', 'i32*'],
  ['has_rank', 'u8'],
  ['variant_tensors', [variant]],
]);

const operatorCode = table('OperatorCode', [
  ['deprecated_builtin_code', 'i8'],
  ['custom_code', 'text'],
  ['version', 'i32'],
  ['builtin_code', 'i32'],
]);
const operator = table('Operator', [
  ['opcode_index', 'u32'],
  ['inputs', 'i32*'],
  ['outputs', 'i32*'],
  ['builtin_options_type', 'u8'],
  ['builtin_options', union(options)],
  ['custom_options', 'u8*'],
  ['custom_options_format', 'i8'],
  ['mutating_variable_inputs', 'u8*'],
  ['intermediates', 'i32*'],
  ['large_custom_options_offset', 'u64'],
  ['large_custom_options_size', 'u64'],
  ['builtin_options_2_type', 'u8'],
  ['builtin_options_2', union(moreOptions)],
  ['debug_metadata_index', 'i32'],
]);
const subgraph = table('SubGraph', [
  ['tensors', [tensor]],
  ['inputs', 'i32*'],
  ['outputs', 'i32*'],
  ['operators', [operator]],
  ['name', 'text'],
  ['debug_metadata_index', 'i32'],
]);

const buffer = table('Buffer', [
  ['data', 'u8*'],
  ['offset', 'u64'],
  ['size', 'u64'],
]);
const metadata = table('Metadata', [
  ['name', 'text'],
  ['buffer', 'u32'],
]);
const tensorMap = table('TensorMap', [
  ['name', 'text'],
  ['tensor_index', 'u32'],
]);
const signature = table('SignatureDef', [
  ['inputs', [tensorMap]],
  ['outputs', [tensorMap]],
  ['signature_key', 'text'],
  ['deprecated_tag', 'text'],
  ['subgraph_index', 'u32'],
]);

/** The root of a model. */
export const model: TableSchema = table('Model', [
  ['version', 'u32'],
  ['operator_codes', [operatorCode]],
  ['subgraphs', [subgraph]],
  ['description', 'text'],
  ['buffers', [buffer]],
  ['metadata_buffer', 'i32*'],
  ['metadata', [metadata]],
  ['signature_defs', [signature]],
]);
