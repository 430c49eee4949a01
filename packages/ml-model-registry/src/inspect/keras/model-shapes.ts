import type { TensorInfo } from '../inspection.ts';
import { itemsOf, type JsonNode, member, textOf } from '../json/json-node.ts';
import { words } from './names.ts';

type Shape = readonly (number | null)[];

/** What a model takes and gives, as far as its config says. */
export interface ModelShapes {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** Layers whose output has the shape of their input. */
const shapeless: ReadonlySet<string> = words(
  'Activation Dropout BatchNormalization LayerNormalization GroupNormalization UnitNormalization RMSNormalization ReLU LeakyReLU',
  'ELU PReLU Softmax ThresholdedReLU GaussianNoise GaussianDropout AlphaDropout Masking Rescaling Normalization Identity',
);

/** How many layers before the last are asked for their shape. */
const MAX_CHAIN = 200;

/** Inputs and outputs of a model by its config (Keras 2 and 3). What can't be told is left out. */
export function shapesOf(model: JsonNode): ModelShapes {
  const config = member(model, 'config');
  const layers = itemsOf(member(config, 'layers'));
  const inputs = layers.filter((layer) => textOf(member(layer, 'class_name')) === 'InputLayer').map(inputOf);
  const known = inputs.length > 0 ? inputs : [impliedInput(model, layers[0])];
  const found = { inputs: known.filter((input) => input !== undefined), outputs: [] };
  if (textOf(member(model, 'class_name')) === 'Sequential') return sequentialShapes(found.inputs, layers);
  return { ...found, outputs: functionalOutputs(layers, member(config, 'output_layers')) };
}

function inputOf(layer: JsonNode): TensorInfo | undefined {
  const config = member(layer, 'config');
  const shape = shapeOf(member(config, 'batch_shape') ?? member(config, 'batch_input_shape'));
  if (shape === undefined) return undefined;
  return { name: textOf(member(config, 'name')) ?? 'input', type: typeOf(member(config, 'dtype')), shape };
}

/** A sequential model without an input layer says it in its first layer, or with how it was built. */
function impliedInput(model: JsonNode, first: JsonNode | undefined): TensorInfo | undefined {
  const config = member(first, 'config');
  const shape =
    shapeOf(member(config, 'batch_input_shape')) ??
    shapeOf(member(member(model, 'config'), 'build_input_shape')) ??
    shapeOf(member(member(model, 'build_config'), 'input_shape'));
  return shape === undefined ? undefined : { name: 'input', type: typeOf(member(config, 'dtype')), shape };
}

function sequentialShapes(inputs: readonly TensorInfo[], layers: readonly JsonNode[]): ModelShapes {
  let shape: Shape | undefined = inputs[0]?.shape;
  for (const layer of layers) {
    const given = shapeOf(member(member(layer, 'build_config'), 'input_shape')) ?? shape;
    if (textOf(member(layer, 'class_name')) !== 'InputLayer')
      shape = given === undefined ? undefined : after(layer, given);
  }
  const last = layers.at(-1);
  if (last === undefined || shape === undefined) return { inputs, outputs: [] };
  return { inputs, outputs: [outputOf(last, shape)] };
}

function functionalOutputs(layers: readonly JsonNode[], outputs: JsonNode | undefined): readonly TensorInfo[] {
  const byName = new Map(layers.map((layer) => [nameOf(layer), layer]));
  const items = itemsOf(outputs);
  // One output stands there alone: `["dense", 0, 0]`.
  const places = items[0]?.kind === 'string' ? items.slice(0, 1) : items.map((item) => itemsOf(item)[0]);
  return places.flatMap((place) => {
    const layer = byName.get(textOf(place) ?? '');
    const shape = layer === undefined ? undefined : outputShape(layer, byName, 0);
    return layer === undefined || shape === undefined ? [] : [outputOf(layer, shape)];
  });
}

function outputShape(layer: JsonNode, byName: ReadonlyMap<string, JsonNode>, depth: number): Shape | undefined {
  if (depth > MAX_CHAIN) return undefined;
  if (textOf(member(layer, 'class_name')) === 'InputLayer') return inputOf(layer)?.shape;
  const node = itemsOf(member(layer, 'inbound_nodes'))[0];
  const tensor = member(itemsOf(member(node, 'args'))[0], 'config');
  const given = shapeOf(member(member(layer, 'build_config'), 'input_shape')) ?? shapeOf(member(tensor, 'shape'));
  if (given !== undefined) return after(layer, given);
  // Keras 2 has the name of the layer before: `[[["flatten", 0, 0, {}]]]`.
  const before = byName.get(textOf(itemsOf(itemsOf(node)[0])[0]) ?? '');
  const shape = before === undefined ? undefined : outputShape(before, byName, depth + 1);
  return shape === undefined ? undefined : after(layer, shape);
}

/** The shape behind a layer; `undefined` for layers that change it in ways of their own. */
function after(layer: JsonNode, shape: Shape): Shape | undefined {
  const name = textOf(member(layer, 'class_name')) ?? '';
  if (shapeless.has(name)) return shape;
  const units = countOf(member(member(layer, 'config'), 'units'));
  return name === 'Dense' && units !== undefined ? [...shape.slice(0, -1), units] : undefined;
}

function outputOf(layer: JsonNode, shape: Shape): TensorInfo {
  return { name: nameOf(layer), type: typeOf(member(member(layer, 'config'), 'dtype')), shape };
}

function nameOf(layer: JsonNode): string {
  return textOf(member(layer, 'name')) ?? textOf(member(member(layer, 'config'), 'name')) ?? '';
}

function typeOf(dtype: JsonNode | undefined): string {
  return (textOf(dtype) ?? textOf(member(member(dtype, 'config'), 'name')) ?? 'float32').toLowerCase();
}

/** A whole number from 0; `undefined` for everything else. */
function countOf(node: JsonNode | undefined): number | undefined {
  return node?.kind === 'number' && Number.isSafeInteger(node.number) && node.number >= 0 ? node.number : undefined;
}

function shapeOf(node: JsonNode | undefined): Shape | undefined {
  if (node?.kind === 'numbers') return [...node.numbers];
  if (node?.kind !== 'array') return undefined;
  const sizes = node.items.map((item) => (item.kind === 'word' && item.word === null ? null : countOf(item)));
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}
