import type { TensorInfo } from '../inspection.ts';
import type { FoundTensor } from '../tensor-values.ts';
import { messageOf, messagesOf, numberOf, textOf } from '../protobuf/fields.ts';
import type { PbMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import { elementTypes } from './element-types.ts';
import type { OnnxPlace } from './external-data.ts';
import { isKnownOperator, runsForeignCode } from './operators.ts';
import { inspectTensor } from './tensors.ts';

/** What graphs and functions are looked at with. */
export interface GraphPlace extends OnnxPlace {
  /** Operators that the model itself defines, as `domain:name`. */
  readonly functions: ReadonlySet<string>;
}

/** What a graph tells. */
export interface GraphReport {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly tensors: readonly FoundTensor[];
}

/** Looks at a graph, and all graphs and tensors in it. */
export async function inspectGraph(graph: PbMessage | undefined, place: GraphPlace): Promise<GraphReport> {
  const tensors: FoundTensor[] = [];
  for (const tensor of messagesOf(graph, 'initializer')) tensors.push(await inspectTensor(tensor, place));
  for (const sparse of messagesOf(graph, 'sparse_initializer')) tensors.push(...(await inspectSparse(sparse, place)));
  await inspectNodes(messagesOf(graph, 'node'), place);
  const inputs: TensorInfo[] = [];
  const outputs: TensorInfo[] = [];
  for (const value of messagesOf(graph, 'input')) inputs.push(await valueOf(value, place));
  for (const value of messagesOf(graph, 'output')) outputs.push(await valueOf(value, place));
  // Until IR version 3 every initializer was an input, too.
  const initialized = new Set(tensors.map(({ name }) => name));
  return { inputs: inputs.filter(({ name }) => !initialized.has(name)), outputs, tensors };
}

async function inspectSparse(sparse: PbMessage, place: OnnxPlace): Promise<readonly FoundTensor[]> {
  const found: FoundTensor[] = [];
  for (const part of ['values', 'indices']) {
    const tensor = messageOf(sparse, part);
    if (tensor !== undefined) found.push(await inspectTensor(tensor, place));
  }
  return found;
}

/** Looks at nodes: each operator has to be known, or defined by the model itself. */
export async function inspectNodes(nodes: readonly PbMessage[], place: GraphPlace): Promise<void> {
  const { inspection, texts, functions } = place;
  for (const node of nodes) {
    inspection.step(1, node.at);
    const name = await textOf(node, 'op_type', texts);
    const domain = await textOf(node, 'domain', texts);
    const shown = quoted(domain === '' ? name : `${domain}:${name}`);
    if (!functions.has(`${domain}:${name}`)) {
      if (runsForeignCode(name)) {
        inspection.find(
          'OPERATOR_RUNS_CODE',
          `Expected operators that compute, got ${shown}, which runs code from elsewhere`,
          node.at,
        );
      } else if (!isKnownOperator(domain, name)) {
        inspection.find('OPERATOR_UNKNOWN', `Expected operators that are known, got ${shown}`, node.at);
      }
    }
    for (const attribute of messagesOf(node, 'attribute')) await inspectAttribute(attribute, place);
  }
}

async function inspectAttribute(attribute: PbMessage, place: GraphPlace): Promise<void> {
  for (const field of ['t', 'tensors']) {
    for (const tensor of messagesOf(attribute, field)) await inspectTensor(tensor, place);
  }
  for (const field of ['sparse_tensor', 'sparse_tensors']) {
    for (const sparse of messagesOf(attribute, field)) await inspectSparse(sparse, place);
  }
  for (const field of ['g', 'graphs']) {
    for (const graph of messagesOf(attribute, field)) await inspectGraph(graph, place);
  }
}

/** An input or output. What is no tensor is told by its kind. */
async function valueOf(value: PbMessage, { texts }: OnnxPlace): Promise<TensorInfo> {
  const name = await textOf(value, 'name', texts);
  const type = messageOf(value, 'type');
  const tensor = messageOf(type, 'tensor_type') ?? messageOf(type, 'sparse_tensor_type');
  if (tensor === undefined)
    return { name, type: type?.fields.keys().next().value?.replace('_type', '') ?? 'unknown', shape: [] };
  const shape: (number | null)[] = [];
  for (const dimension of messagesOf(messageOf(tensor, 'shape'), 'dim')) {
    const isFixed = dimension.fields.has('dim_value');
    shape.push(isFixed ? numberOf(dimension, 'dim_value') : null);
  }
  return { name, type: elementTypes.get(numberOf(tensor, 'elem_type'))?.name ?? 'unknown', shape };
}
