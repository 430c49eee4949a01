import { message, type MessageSchema } from '../protobuf/schema.ts';
import { graph, mapOf, operators, shape, tensor, versions } from './graph-schema.ts';

// saved_model.proto, meta_graph.proto, saved_object_graph.proto, struct.proto and what they import, of TensorFlow 2.20. Names are its own.

const any: MessageSchema = message('Any', { 1: ['type_url', 'text'], 2: ['value', 'bytes'] });

const spec: MessageSchema = message('TensorSpecProto', {
  1: ['name', 'text'],
  2: ['shape', () => shape],
  3: ['dtype', 'varint'],
  4: ['minimum', () => tensor],
  5: ['maximum', () => tensor],
});
const typeSpec: MessageSchema = message('TypeSpecProto', {
  1: ['type_spec_class', 'varint'],
  2: ['type_state', () => value],
  3: ['type_spec_class_name', 'text'],
  4: ['num_flat_components', 'varint'],
});
const none: MessageSchema = message('NoneValue', {});
const values: MessageSchema = message('ListValue', { 1: ['values', [() => value]] });
const dictionary: MessageSchema = message('DictValue', { 1: ['fields', mapOf('text', () => value)] });
const pair: MessageSchema = message('PairValue', { 1: ['key', 'text'], 2: ['value', () => value] });
const namedTuple: MessageSchema = message('NamedTupleValue', { 1: ['name', 'text'], 2: ['values', [() => pair]] });
const value: MessageSchema = message('StructuredValue', {
  1: ['none_value', () => none],
  11: ['float64_value', 'fixed64'],
  12: ['int64_value', 'varint'],
  13: ['string_value', 'text'],
  14: ['bool_value', 'varint'],
  31: ['tensor_shape_value', () => shape],
  32: ['tensor_dtype_value', 'varint'],
  33: ['tensor_spec_value', () => spec],
  34: ['type_spec_value', () => typeSpec],
  35: ['bounded_tensor_spec_value', () => spec],
  51: ['list_value', () => values],
  52: ['tuple_value', () => values],
  53: ['dict_value', () => dictionary],
  54: ['named_tuple_value', () => namedTuple],
  55: ['tensor_value', () => tensor],
  56: ['numpy_value', () => tensor],
});

const reference: MessageSchema = message('ObjectReference', { 1: ['node_id', 'varint'], 2: ['local_name', 'text'] });
const slot: MessageSchema = message('SlotVariableReference', {
  1: ['original_variable_node_id', 'varint'],
  2: ['slot_name', 'text'],
  3: ['slot_variable_node_id', 'varint'],
});
const userObject: MessageSchema = message('SavedUserObject', {
  1: ['identifier', 'text'],
  2: ['version', () => versions],
  3: ['metadata', 'text'],
});
const asset: MessageSchema = message('SavedAsset', { 1: ['asset_file_def_index', 'varint'] });
const functionSpec: MessageSchema = message('FunctionSpec', {
  1: ['fullargspec', () => value],
  2: ['is_method', 'varint'],
  5: ['input_signature', () => value],
  6: ['jit_compile', 'varint'],
});
const savedFunction: MessageSchema = message('SavedFunction', {
  1: ['concrete_functions', 'text*'],
  2: ['function_spec', () => functionSpec],
});
const variable: MessageSchema = message('SavedVariable', {
  1: ['dtype', 'varint'],
  2: ['shape', () => shape],
  3: ['trainable', 'varint'],
  4: ['synchronization', 'varint'],
  5: ['aggregation', 'varint'],
  6: ['name', 'text'],
  7: ['device', 'text'],
  8: ['experimental_distributed_variable_components', [() => variable]],
});
const bareFunction: MessageSchema = message('SavedBareConcreteFunction', {
  1: ['concrete_function_name', 'text'],
  2: ['argument_keywords', 'text*'],
  3: ['allowed_positional_arguments', 'varint'],
  4: ['function_spec', () => functionSpec],
});
const constant: MessageSchema = message('SavedConstant', { 1: ['operation', 'text'] });
const resource: MessageSchema = message('SavedResource', { 1: ['device', 'text'] });
const saveable: MessageSchema = message('SaveableObject', {
  2: ['save_function', 'varint'],
  3: ['restore_function', 'varint'],
});
const captured: MessageSchema = message('CapturedTensor', { 1: ['name', 'text'], 2: ['concrete_function', 'text'] });
const savedObject: MessageSchema = message('SavedObject', {
  1: ['children', [() => reference]],
  3: ['slot_variables', [() => slot]],
  4: ['user_object', () => userObject],
  5: ['asset', () => asset],
  6: ['function', () => savedFunction],
  7: ['variable', () => variable],
  8: ['bare_concrete_function', () => bareFunction],
  9: ['constant', () => constant],
  10: ['resource', () => resource],
  11: ['saveable_objects', mapOf('text', () => saveable)],
  12: ['captured_tensor', () => captured],
  13: ['registered_name', 'text'],
  14: ['serialized_user_proto', () => any],
  15: ['dependencies', [() => reference]],
  16: ['registered_saver', 'text'],
});
const concreteFunction: MessageSchema = message('SavedConcreteFunction', {
  2: ['bound_inputs', 'varint*'],
  3: ['canonicalized_input_signature', () => value],
  4: ['output_signature', () => value],
});
const objects: MessageSchema = message('SavedObjectGraph', {
  1: ['nodes', [() => savedObject]],
  2: ['concrete_functions', mapOf('text', () => concreteFunction)],
});

const sparse: MessageSchema = message('CooSparse', {
  1: ['values_tensor_name', 'text'],
  2: ['indices_tensor_name', 'text'],
  3: ['dense_shape_tensor_name', 'text'],
});
const composite: MessageSchema = message('CompositeTensor', {
  1: ['type_spec', () => typeSpec],
  2: ['components', [() => tensorInfo]],
});
const tensorInfo: MessageSchema = message('TensorInfo', {
  1: ['name', 'text'],
  2: ['dtype', 'varint'],
  3: ['tensor_shape', () => shape],
  4: ['coo_sparse', () => sparse],
  5: ['composite_tensor', () => composite],
});
const signature: MessageSchema = message('SignatureDef', {
  1: ['inputs', mapOf('text', () => tensorInfo)],
  2: ['outputs', mapOf('text', () => tensorInfo)],
  3: ['method_name', 'text'],
  4: ['defaults', mapOf('text', () => tensor)],
});
const file: MessageSchema = message('AssetFileDef', { 1: ['tensor_info', () => tensorInfo], 2: ['filename', 'text'] });

const saver: MessageSchema = message('SaverDef', {
  1: ['filename_tensor_name', 'text'],
  2: ['save_tensor_name', 'text'],
  3: ['restore_op_name', 'text'],
  4: ['max_to_keep', 'varint'],
  5: ['sharded', 'varint'],
  6: ['keep_checkpoint_every_n_hours', 'fixed32'],
  7: ['version', 'varint'],
});
const texts: MessageSchema = message('NodeList', { 1: ['value', 'bytes*'] });
const integers: MessageSchema = message('Int64List', { 1: ['value', 'varint*'] });
const floats: MessageSchema = message('FloatList', { 1: ['value', 'fixed32*'] });
const anys: MessageSchema = message('AnyList', { 1: ['value', [() => any]] });
const collection: MessageSchema = message('CollectionDef', {
  1: ['node_list', () => texts],
  2: ['bytes_list', () => texts],
  3: ['int64_list', () => integers],
  4: ['float_list', () => floats],
  5: ['any_list', () => anys],
});

const information: MessageSchema = message('MetaInfoDef', {
  1: ['meta_graph_version', 'text'],
  2: ['stripped_op_list', () => operators],
  3: ['any_info', () => any],
  4: ['tags', 'text*'],
  5: ['tensorflow_version', 'text'],
  6: ['tensorflow_git_version', 'text'],
  7: ['stripped_default_attrs', 'varint'],
  8: ['function_aliases', mapOf('text', 'text')],
});
const metaGraph: MessageSchema = message('MetaGraphDef', {
  1: ['meta_info_def', () => information],
  2: ['graph_def', () => graph],
  3: ['saver_def', () => saver],
  4: ['collection_def', mapOf('text', () => collection)],
  5: ['signature_def', mapOf('text', () => signature)],
  6: ['asset_file_def', [() => file]],
  7: ['object_graph_def', () => objects],
});

/** `saved_model.pb`. */
export const savedModel: MessageSchema = message('SavedModel', {
  1: ['saved_model_schema_version', 'varint'],
  2: ['meta_graphs', [() => metaGraph]],
});

const kerasObject: MessageSchema = message('SavedObject', {
  2: ['node_id', 'varint'],
  3: ['node_path', 'text'],
  4: ['identifier', 'text'],
  5: ['metadata', 'text'],
  6: ['version', () => versions],
});
/** `keras_metadata.pb`, which Keras 2 writes beside it. */
export const kerasMetadata: MessageSchema = message('SavedMetadata', { 1: ['nodes', [() => kerasObject]] });
