import { type FieldNotation, message, type MessageSchema } from '../protobuf/schema.ts';

// graph.proto, node_def.proto, function.proto, op_def.proto, tensor.proto and what they import, of TensorFlow 2.20. Names are its own.

/** Entries of a map. */
export function mapOf(key: FieldNotation, value: FieldNotation): readonly [() => MessageSchema] {
  const entry = message('entry', { 1: ['key', key], 2: ['value', value] });
  return [() => entry];
}

const dimension: MessageSchema = message('Dim', { 1: ['size', 'varint'], 2: ['name', 'text'] });
/** A shape; a size of -1 is not fixed. */
export const shape: MessageSchema = message('TensorShapeProto', {
  2: ['dim', [() => dimension]],
  3: ['unknown_rank', 'varint'],
});

const typeAndShape: MessageSchema = message('DtypeAndShape', { 1: ['dtype', 'varint'], 2: ['shape', () => shape] });
const resource: MessageSchema = message('ResourceHandleProto', {
  1: ['device', 'text'],
  2: ['container', 'text'],
  3: ['name', 'text'],
  4: ['hash_code', 'varint'],
  5: ['maybe_type_name', 'text'],
  6: ['dtypes_and_shapes', [() => typeAndShape]],
});
const variant: MessageSchema = message('VariantTensorDataProto', {
  1: ['type_name', 'text'],
  2: ['metadata', 'bytes'],
  3: ['tensors', [() => tensor]],
});
/** A tensor with its elements. */
export const tensor: MessageSchema = message('TensorProto', {
  1: ['dtype', 'varint'],
  2: ['tensor_shape', () => shape],
  3: ['version_number', 'varint'],
  4: ['tensor_content', 'bytes'],
  5: ['float_val', 'fixed32*'],
  6: ['double_val', 'fixed64*'],
  7: ['int_val', 'varint*'],
  8: ['string_val', 'bytes*'],
  9: ['scomplex_val', 'fixed32*'],
  10: ['int64_val', 'varint*'],
  11: ['bool_val', 'varint*'],
  12: ['dcomplex_val', 'fixed64*'],
  13: ['half_val', 'varint*'],
  14: ['resource_handle_val', [() => resource]],
  15: ['variant_val', [() => variant]],
  16: ['uint32_val', 'varint*'],
  17: ['uint64_val', 'varint*'],
  18: ['float8_val', 'bytes'],
});

const list: MessageSchema = message('ListValue', {
  2: ['s', 'bytes*'],
  3: ['i', 'varint*'],
  4: ['f', 'fixed32*'],
  5: ['b', 'varint*'],
  6: ['type', 'varint*'],
  7: ['shape', [() => shape]],
  8: ['tensor', [() => tensor]],
  9: ['func', [() => call]],
});
const attribute: MessageSchema = message('AttrValue', {
  1: ['list', () => list],
  2: ['s', 'bytes'],
  3: ['i', 'varint'],
  4: ['f', 'fixed32'],
  5: ['b', 'varint'],
  6: ['type', 'varint'],
  7: ['shape', () => shape],
  8: ['tensor', () => tensor],
  9: ['placeholder', 'text'],
  10: ['func', () => call],
});
const attributes = mapOf('text', () => attribute);
const call: MessageSchema = message('NameAttrList', { 1: ['name', 'text'], 2: ['attr', attributes] });

const fullType: MessageSchema = message('FullTypeDef', {
  1: ['type_id', 'varint'],
  2: ['args', [() => fullType]],
  3: ['s', 'text'],
  4: ['i', 'varint'],
});
const nodeDebug: MessageSchema = message('ExperimentalDebugInfo', {
  1: ['original_node_names', 'text*'],
  2: ['original_func_names', 'text*'],
});
const node: MessageSchema = message('NodeDef', {
  1: ['name', 'text'],
  2: ['op', 'text'],
  3: ['input', 'text*'],
  4: ['device', 'text'],
  5: ['attr', attributes],
  6: ['experimental_debug_info', () => nodeDebug],
  7: ['experimental_type', () => fullType],
});

const argument: MessageSchema = message('ArgDef', {
  1: ['name', 'text'],
  2: ['description', 'text'],
  3: ['type', 'varint'],
  4: ['type_attr', 'text'],
  5: ['number_attr', 'text'],
  6: ['type_list_attr', 'text'],
  7: ['handle_data', [() => typeAndShape]],
  16: ['is_ref', 'varint'],
  17: ['experimental_full_type', () => fullType],
});
const attributeDefinition: MessageSchema = message('AttrDef', {
  1: ['name', 'text'],
  2: ['type', 'text'],
  3: ['default_value', () => attribute],
  4: ['description', 'text'],
  5: ['has_minimum', 'varint'],
  6: ['minimum', 'varint'],
  7: ['allowed_values', () => attribute],
});
const deprecation: MessageSchema = message('OpDeprecation', { 1: ['version', 'varint'], 2: ['explanation', 'text'] });
const operator: MessageSchema = message('OpDef', {
  1: ['name', 'text'],
  2: ['input_arg', [() => argument]],
  3: ['output_arg', [() => argument]],
  4: ['attr', [() => attributeDefinition]],
  5: ['summary', 'text'],
  6: ['description', 'text'],
  8: ['deprecation', () => deprecation],
  16: ['is_aggregate', 'varint'],
  17: ['is_stateful', 'varint'],
  18: ['is_commutative', 'varint'],
  19: ['allows_uninitialized_input', 'varint'],
  20: ['control_output', 'text*'],
  21: ['is_distributed_communication', 'varint'],
});
/** Operators with what they take and give. */
export const operators: MessageSchema = message('OpList', { 1: ['op', [() => operator]] });

const argumentAttributes: MessageSchema = message('ArgAttrs', { 1: ['attr', attributes] });
const functionDefinition: MessageSchema = message('FunctionDef', {
  1: ['signature', () => operator],
  3: ['node_def', [() => node]],
  4: ['ret', mapOf('text', 'text')],
  5: ['attr', attributes],
  6: ['control_ret', mapOf('text', 'text')],
  7: ['arg_attr', mapOf('varint', () => argumentAttributes)],
  8: ['resource_arg_unique_id', mapOf('varint', 'varint')],
});
const gradient: MessageSchema = message('GradientDef', { 1: ['function_name', 'text'], 2: ['gradient_func', 'text'] });
const registeredGradient: MessageSchema = message('RegisteredGradient', {
  1: ['gradient_func', 'text'],
  2: ['registered_op_type', 'text'],
});
const library: MessageSchema = message('FunctionDefLibrary', {
  1: ['function', [() => functionDefinition]],
  2: ['gradient', [() => gradient]],
  3: ['registered_gradients', [() => registeredGradient]],
});

/** What versions may read a graph or object. */
export const versions: MessageSchema = message('VersionDef', {
  1: ['producer', 'varint'],
  2: ['min_consumer', 'varint'],
  3: ['bad_consumers', 'varint*'],
});

const line: MessageSchema = message('FileLineCol', {
  1: ['file_index', 'varint'],
  2: ['line', 'varint'],
  3: ['col', 'varint'],
  4: ['func', 'text'],
  5: ['code', 'text'],
});
const trace: MessageSchema = message('StackTrace', {
  1: ['file_line_cols', [() => line]],
  2: ['frame_id', 'fixed64*'],
});
const debug: MessageSchema = message('GraphDebugInfo', {
  1: ['files', 'text*'],
  2: ['traces', mapOf('text', () => trace)],
  4: ['frames_by_id', mapOf('fixed64', () => line)],
  5: ['name_to_trace_id', mapOf('text', 'fixed64')],
  6: ['traces_by_id', mapOf('fixed64', () => trace)],
});

/** A graph, which a frozen model is. */
export const graph: MessageSchema = message('GraphDef', {
  1: ['node', [() => node]],
  2: ['library', () => library],
  3: ['version', 'varint'],
  4: ['versions', () => versions],
  5: ['debug_info', () => debug],
});
