import { message, type MessageSchema } from '../protobuf/schema.ts';

// onnx.proto of ONNX 1.19 (IR version 12). Names are its own.

const entry: MessageSchema = message('StringStringEntryProto', { 1: ['key', 'text'], 2: ['value', 'text'] });
const opset: MessageSchema = message('OperatorSetIdProto', { 1: ['domain', 'text'], 2: ['version', 'varint'] });

const segment: MessageSchema = message('Segment', { 1: ['begin', 'varint'], 2: ['end', 'varint'] });

const tensor: MessageSchema = message('TensorProto', {
  1: ['dims', 'varint*'],
  2: ['data_type', 'varint'],
  3: ['segment', () => segment],
  4: ['float_data', 'fixed32*'],
  5: ['int32_data', 'varint*'],
  6: ['string_data', 'bytes*'],
  7: ['int64_data', 'varint*'],
  8: ['name', 'text'],
  9: ['raw_data', 'bytes'],
  10: ['double_data', 'fixed64*'],
  11: ['uint64_data', 'varint*'],
  12: ['doc_string', 'text'],
  13: ['external_data', [() => entry]],
  14: ['data_location', 'varint'],
  16: ['metadata_props', [() => entry]],
});

const sparse: MessageSchema = message('SparseTensorProto', {
  1: ['values', () => tensor],
  2: ['indices', () => tensor],
  3: ['dims', 'varint*'],
});

const dimension: MessageSchema = message('Dimension', {
  1: ['dim_value', 'varint'],
  2: ['dim_param', 'text'],
  3: ['denotation', 'text'],
});
const shape: MessageSchema = message('TensorShapeProto', { 1: ['dim', [() => dimension]] });
const tensorType: MessageSchema = message('Tensor', { 1: ['elem_type', 'varint'], 2: ['shape', () => shape] });
const listType: MessageSchema = message('Sequence', { 1: ['elem_type', () => type] });
const mapType: MessageSchema = message('Map', { 1: ['key_type', 'varint'], 2: ['value_type', () => type] });
const opaqueType: MessageSchema = message('Opaque', { 1: ['domain', 'text'], 2: ['name', 'text'] });

const type: MessageSchema = message('TypeProto', {
  1: ['tensor_type', () => tensorType],
  4: ['sequence_type', () => listType],
  5: ['map_type', () => mapType],
  6: ['denotation', 'text'],
  7: ['opaque_type', () => opaqueType],
  8: ['sparse_tensor_type', () => tensorType],
  9: ['optional_type', () => listType],
});

const valueInfo: MessageSchema = message('ValueInfoProto', {
  1: ['name', 'text'],
  2: ['type', () => type],
  3: ['doc_string', 'text'],
  4: ['metadata_props', [() => entry]],
});

const attribute: MessageSchema = message('AttributeProto', {
  1: ['name', 'text'],
  2: ['f', 'fixed32'],
  3: ['i', 'varint'],
  4: ['s', 'bytes'],
  5: ['t', () => tensor],
  6: ['g', () => graph],
  7: ['floats', 'fixed32*'],
  8: ['ints', 'varint*'],
  9: ['strings', 'bytes*'],
  10: ['tensors', [() => tensor]],
  11: ['graphs', [() => graph]],
  13: ['doc_string', 'text'],
  14: ['tp', () => type],
  15: ['type_protos', [() => type]],
  20: ['type', 'varint'],
  21: ['ref_attr_name', 'text'],
  22: ['sparse_tensor', () => sparse],
  23: ['sparse_tensors', [() => sparse]],
});

const shardedDimension: MessageSchema = message('SimpleShardedDimProto', {
  1: ['dim_value', 'varint'],
  2: ['dim_param', 'text'],
  3: ['num_shards', 'varint'],
});
const sharded: MessageSchema = message('ShardedDimProto', {
  1: ['axis', 'varint'],
  2: ['simple_sharding', [() => shardedDimension]],
});
const group: MessageSchema = message('IntIntListEntryProto', { 1: ['key', 'varint'], 2: ['value', 'varint*'] });
const sharding: MessageSchema = message('ShardingSpecProto', {
  1: ['tensor_name', 'text'],
  2: ['device', 'varint*'],
  3: ['index_to_device_group_map', [() => group]],
  4: ['sharded_dim', [() => sharded]],
});
const nodeDevice: MessageSchema = message('NodeDeviceConfigurationProto', {
  1: ['configuration_id', 'text'],
  2: ['sharding_spec', [() => sharding]],
  3: ['pipeline_stage', 'varint'],
});
const device: MessageSchema = message('DeviceConfigurationProto', {
  1: ['name', 'text'],
  2: ['num_devices', 'varint'],
  3: ['device', 'text*'],
});

const node: MessageSchema = message('NodeProto', {
  1: ['input', 'text*'],
  2: ['output', 'text*'],
  3: ['name', 'text'],
  4: ['op_type', 'text'],
  5: ['attribute', [() => attribute]],
  6: ['doc_string', 'text'],
  7: ['domain', 'text'],
  8: ['overload', 'text'],
  9: ['metadata_props', [() => entry]],
  10: ['device_configurations', [() => nodeDevice]],
});

const annotation: MessageSchema = message('TensorAnnotation', {
  1: ['tensor_name', 'text'],
  2: ['quant_parameter_tensor_names', [() => entry]],
});

const graph: MessageSchema = message('GraphProto', {
  1: ['node', [() => node]],
  2: ['name', 'text'],
  5: ['initializer', [() => tensor]],
  10: ['doc_string', 'text'],
  11: ['input', [() => valueInfo]],
  12: ['output', [() => valueInfo]],
  13: ['value_info', [() => valueInfo]],
  14: ['quantization_annotation', [() => annotation]],
  15: ['sparse_initializer', [() => sparse]],
  16: ['metadata_props', [() => entry]],
});

const training: MessageSchema = message('TrainingInfoProto', {
  1: ['initialization', () => graph],
  2: ['algorithm', () => graph],
  3: ['initialization_binding', [() => entry]],
  4: ['update_binding', [() => entry]],
});

const functions: MessageSchema = message('FunctionProto', {
  1: ['name', 'text'],
  4: ['input', 'text*'],
  5: ['output', 'text*'],
  6: ['attribute', 'text*'],
  7: ['node', [() => node]],
  8: ['doc_string', 'text'],
  9: ['opset_import', [() => opset]],
  10: ['domain', 'text'],
  11: ['attribute_proto', [() => attribute]],
  12: ['value_info', [() => valueInfo]],
  13: ['overload', 'text'],
  14: ['metadata_props', [() => entry]],
});

/** The message that an ONNX file is. */
export const model: MessageSchema = message('ModelProto', {
  1: ['ir_version', 'varint'],
  2: ['producer_name', 'text'],
  3: ['producer_version', 'text'],
  4: ['domain', 'text'],
  5: ['model_version', 'varint'],
  6: ['doc_string', 'text'],
  7: ['graph', () => graph],
  8: ['opset_import', [() => opset]],
  14: ['metadata_props', [() => entry]],
  20: ['training_info', [() => training]],
  25: ['functions', [() => functions]],
  26: ['configuration', [() => device]],
});
