import { describe, expect, it } from 'vitest';
import { inspectConfig } from '../../../src/inspect/keras/inspect-config.ts';
import { parseJson } from '../../../src/inspect/json/parse-json.ts';
import { inspectionOf } from '../../support/inspection.ts';

/** What is found in a config. */
function codes(config: unknown): readonly string[] {
  const found = inspectionOf();
  const bytes = Buffer.from(JSON.stringify(config));
  inspectConfig(parseJson(bytes, { inspection: found.inspection, offset: 0 }), found.inspection);
  return found.codes();
}

function layer(class_name: string, config: unknown = {}, more: Readonly<Record<string, unknown>> = {}): unknown {
  return { class_name, config, ...more };
}

const foreign = (module: string, class_name: string): unknown =>
  layer(class_name, {}, { module, registered_name: class_name });
const named = (module: string, config: string): unknown =>
  layer('function', config, { module, registered_name: 'function' });
const bytecode = ['4wEAAAAAAAAAAAAAAAEAAAACAAAAQwAAAA==\n', null, null];

const found: readonly (readonly [what: string, config: unknown, codes: readonly string[]])[] = [
  ['a Lambda layer of Keras 2', layer('Lambda', { function: bytecode, function_type: 'lambda' }), ['KERAS_LAMBDA']],
  [
    'bytecode for a shape',
    layer('Lambda', { function: named('builtins', 'relu'), output_shape: bytecode }),
    ['KERAS_LAMBDA'],
  ],
  [
    'a Lambda layer of Keras 3',
    layer('Lambda', { function: layer('__lambda__', { value: bytecode }) }),
    ['KERAS_LAMBDA'],
  ],
  [
    'a lambda as activation',
    layer('Dense', { activation: layer('__lambda__', { value: bytecode }) }),
    ['KERAS_LAMBDA'],
  ],
  [
    'a Lambda layer with a name',
    layer('Lambda', { function: 'scale', function_type: 'function' }),
    ['KERAS_FOREIGN_CODE'],
  ],
  ['a Lambda layer without a function', layer('Lambda', {}), ['KERAS_FOREIGN_CODE']],
  ['a lambda deep in a model', { a: [{ b: { c: [layer('__lambda__')] } }] }, ['KERAS_LAMBDA']],
  ['a module of Python', foreign('os', 'system'), ['KERAS_DANGEROUS_CALL']],
  ['a module below one of Python', foreign('importlib.util', 'find_spec'), ['KERAS_DANGEROUS_CALL']],
  ['a function of Python', named('builtins', 'exec'), ['KERAS_DANGEROUS_CALL']],
  ['a function that runs commands', named('subprocess', 'run'), ['KERAS_DANGEROUS_CALL']],
  ['a function that downloads', named('keras.utils', 'get_file'), ['KERAS_DANGEROUS_CALL']],
  ['a class that is a function that downloads', foreign('keras.utils', 'get_file'), ['KERAS_DANGEROUS_CALL']],
  ['a switch for unsafe models', foreign('keras.config', 'enable_unsafe_deserialization'), ['KERAS_DANGEROUS_CALL']],
  ['a layer that unpickles', foreign('keras.layers', 'TorchModuleWrapper'), ['KERAS_DANGEROUS_CALL']],
  ['an operation that writes', layer('TFOpLambda', { function: 'io.write_file' }), ['KERAS_DANGEROUS_CALL']],
  [
    'an operation that writes by its old name',
    layer('TFOpLambda', { function: 'compat.v1.write_file' }),
    ['KERAS_DANGEROUS_CALL'],
  ],
  ['an operation that prints into a file', layer('TFOpLambda', { function: 'print' }), ['KERAS_DANGEROUS_CALL']],
  ['an operation of a module', layer('TFOpLambda', { function: 'keras.utils.x' }), ['KERAS_UNKNOWN_CLASS']],
  ['an operation without a name', layer('TFOpLambda', {}), ['KERAS_UNKNOWN_CLASS']],
  [
    'a layer that loads a SavedModel',
    layer('TFSMLayer', { filepath: 'm' }),
    ['KERAS_READS_FILES', 'KERAS_READS_FILES'],
  ],
  ['a vocabulary in a file', layer('StringLookup', { vocabulary: '/etc/passwd' }), ['KERAS_READS_FILES']],
  ['a vocabulary at an address', layer('StringLookup', { idf_weights: 'http://x/y' }), ['KERAS_READS_FILES']],
  ['a path of the home folder', layer('Dense', { name: '~/.ssh/id_rsa' }), ['KERAS_READS_FILES']],
  ['a class of others', foreign('my_package.layers', 'MyLayer'), ['KERAS_FOREIGN_CODE']],
  ['a class of others with the name of a layer', foreign('kerasx', 'Dense'), ['KERAS_FOREIGN_CODE']],
  ['a class that was registered', layer('MyLayer', {}, { registered_name: 'my>MyLayer' }), ['KERAS_FOREIGN_CODE']],
  [
    'a layer that was registered by others',
    layer('Dense', {}, { registered_name: 'my>Dense' }),
    ['KERAS_FOREIGN_CODE'],
  ],
  ['a class with a package', layer('Addons>GELU'), ['KERAS_FOREIGN_CODE']],
  ['a function of others', named('builtins', 'my_loss'), ['KERAS_FOREIGN_CODE']],
  ['a class that nobody knows', foreign('keras.layers', 'Whatever'), ['KERAS_UNKNOWN_CLASS']],
  ['a class of Keras 2 that nobody knows', layer('Whatever'), ['KERAS_UNKNOWN_CLASS']],
  ['an activation that nobody knows', layer('LSTM', { recurrent_activation: 'mine' }), ['KERAS_UNKNOWN_CLASS']],
  ['a class that is no text', layer(1 as never), ['MALFORMED']],
];

describe('what a model is made of', () => {
  for (const [what, config, expected] of found) {
    it(`is ${expected[0]} with ${what}`, () => expect(codes(config)).toEqual(expected));
  }

  it('is harmless when all classes are on the list', () => {
    const layers = [
      layer('Embedding', { embeddings_initializer: layer('RandomUniform', {}, { module: 'keras.initializers' }) }),
      layer('Bidirectional', { layer: layer('LSTM', { activation: 'tanh', recurrent_activation: 'sigmoid' }) }),
      layer('TextVectorization', {
        vocabulary: ['http://words', '/etc/passwd'],
        standardize: 'lower_and_strip_punctuation',
      }),
      layer('TFOpLambda', { function: 'math.reduce_mean' }),
      layer('TFOpLambda', { function: '__operators__.add' }),
      layer('TFOpLambda', { function: 'compat.v1.nn.conv2d' }),
      layer('TFOpLambda', { function: 'reshape' }),
      layer('GetItem', {}, { module: 'keras.src.ops.numpy', registered_name: 'GetItem' }),
      layer('Lambda', { function: named('builtins', 'relu') }),
      layer('Functional', { layers: [] }, { module: 'keras.src.models.functional', registered_name: 'Functional' }),
    ];
    expect(codes({ layers, loss: named('builtins', 'mse'), optimizer: layer('Custom>Adam') })).toEqual([]);
  });
});
