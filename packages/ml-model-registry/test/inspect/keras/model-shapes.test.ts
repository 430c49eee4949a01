import { expect, it } from 'vitest';
import { parseJson } from '../../../src/inspect/json/parse-json.ts';
import { type ModelShapes, shapesOf } from '../../../src/inspect/keras/model-shapes.ts';
import { inspectionOf } from '../../support/inspection.ts';

function shapes(model: unknown): ModelShapes {
  const { inspection } = inspectionOf();
  return shapesOf(parseJson(Buffer.from(JSON.stringify(model)), { inspection, offset: 0 }));
}

const layer = (class_name: string, name: string, config: Readonly<Record<string, unknown>> = {}): object => ({
  class_name,
  name,
  config: { name, ...config },
});

it('a sequential model without an input layer has its input in its first layer', () => {
  const first = layer('Dense', 'first', { units: 8, batch_input_shape: [null, 4], dtype: 'float16' });
  const layers = [first, layer('Dropout', 'drop'), layer('Dense', 'last', { units: 1 })];
  expect(shapes({ class_name: 'Sequential', config: { layers } })).toEqual({
    inputs: [{ name: 'input', type: 'float16', shape: [null, 4] }],
    outputs: [{ name: 'last', type: 'float32', shape: [null, 1] }],
  });
});

it('a functional model of Keras 2 has the shapes of its last layers by the layers before', () => {
  const layers = [
    layer('InputLayer', 'a', { batch_input_shape: [null, 5, 4] }),
    layer('InputLayer', 'b', { batch_input_shape: [32, 2] }),
    { ...layer('Dense', 'c', { units: 3 }), inbound_nodes: [[['a', 0, 0, {}]]] },
    { ...layer('Softmax', 'd'), inbound_nodes: [[['c', 0, 0, {}]]] },
    { ...layer('Conv2D', 'e'), inbound_nodes: [[['b', 0, 0, {}]]] },
  ];
  const config = {
    layers,
    output_layers: [
      ['d', 0, 0],
      ['e', 0, 0],
    ],
  };
  expect(shapes({ class_name: 'Functional', config })).toEqual({
    inputs: [
      { name: 'a', type: 'float32', shape: [null, 5, 4] },
      { name: 'b', type: 'float32', shape: [32, 2] },
    ],
    outputs: [{ name: 'd', type: 'float32', shape: [null, 5, 3] }],
  });
});

it('layers that come before each other give no shape', () => {
  const layers = [{ ...layer('Softmax', 'a'), inbound_nodes: [[['a', 0, 0, {}]]] }];
  expect(shapes({ class_name: 'Functional', config: { layers, output_layers: ['a', 0, 0] } }).outputs).toEqual([]);
});
