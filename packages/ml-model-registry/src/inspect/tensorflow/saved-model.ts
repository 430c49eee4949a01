import type { FormatInspector } from '../contract.ts';
import { countParameters } from '../count-parameters.ts';
import type { FormatReport, TensorInfo } from '../inspection.ts';
import { messageOf, messagesOf, numberOf, textOf, textsOf, type TextLimits } from '../protobuf/fields.ts';
import { type PbMessage, readMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { inspectKerasMetadata, inspectVariables } from './beside.ts';
import { inspectGraph } from './graph.ts';
import { savedModel as schema } from './model-schema.ts';
import { inspectObjects, type ObjectPlace } from './objects.ts';
import { isSavedModel } from './recognise.ts';
import { describedTensor } from './tensors.ts';

const VERSION = 1;
/** Longest name or text, in bytes. */
const MAX_TEXT = 16 * 1024 * 1024;
/** The signature that servers use, and one that only prepares the model. */
const SERVING = 'serving_default';
const INIT = '__saved_model_init_op';

/**
 * `saved_model.pb` of TensorFlow: graphs with functions, signatures, and the objects of Python that they were. The numbers of variables, vocabularies
 * and what Keras 2 says of its layers are in files beside it.
 */
export const savedModel: FormatInspector = {
  formats: ['savedmodel'],
  recognises: (head) => isSavedModel(head),
  async inspect(source, inspection) {
    const model = await readMessage(source, schema, inspection);
    const version = numberOf(model, 'saved_model_schema_version');
    if (version !== VERSION) throw new StructureError('UNSUPPORTED', `Expected version ${VERSION}, got ${version}`, 0);
    const texts = { source, most: Math.min(MAX_TEXT, inspection.limits.held) };
    const reports: GraphFacts[] = [];
    for (const metaGraph of messagesOf(model, 'meta_graphs'))
      reports.push(await inspectMetaGraph(metaGraph, { inspection, texts }));
    const [main] = reports;
    if (main === undefined) throw malformed('Expected a model with a graph, got none', 0);
    await inspectVariables(main.variables, inspection);
    await inspectKerasMetadata(inspection);
    return main.report;
  },
};

interface GraphFacts {
  readonly report: FormatReport;
  readonly variables: number;
}

async function inspectMetaGraph(metaGraph: PbMessage, place: ObjectPlace): Promise<GraphFacts> {
  const { texts } = place;
  const assets = await assetsOf(metaGraph, place);
  const graph = await inspectGraph(messageOf(metaGraph, 'graph_def'), { ...place, assets });
  const objects = await inspectObjects(messageOf(metaGraph, 'object_graph_def'), place);
  const variables = objects.length > 0 ? objects : graph.variables;
  const information = messageOf(metaGraph, 'meta_info_def');
  const version = await textOf(information, 'tensorflow_version', texts);
  // Every writer says it; a file that was cut lacks it.
  if (version === '')
    place.inspection.find('MALFORMED', 'Expected the version of TensorFlow that wrote it, got none', metaGraph.at);
  const tags = await textsOf(information, 'tags', texts);
  const numbers = objects.length > 0 ? objects : [...graph.constants, ...graph.variables];
  return {
    variables: variables.length,
    report: {
      format: 'savedmodel',
      formatVersion: String(VERSION),
      framework: { name: 'tensorflow', ...(version === '' ? {} : { version }) },
      ...(await signatureOf(metaGraph, texts)),
      tensors: numbers,
      parameters: countParameters(numbers),
      metadata: tags.length === 0 ? {} : { tags: tags.slice(0, 100).join(', ') },
    },
  };
}

/** Files that belong to the model. Their names lead nowhere else. */
async function assetsOf(metaGraph: PbMessage, { inspection, texts }: ObjectPlace): Promise<ReadonlySet<string>> {
  const nodes = new Set<string>();
  for (const asset of messagesOf(metaGraph, 'asset_file_def')) {
    inspection.step(1, asset.at);
    const name = await textOf(asset, 'filename', texts);
    if (name === '' || /[\\\0]|^\/|^[A-Za-z]:|(?:^|\/)\.\.(?:\/|$)/.test(name))
      inspection.find('OUTSIDE_PATH', `Expected assets beside the model, got ${quoted(name)}`, asset.at);
    nodes.add((await textOf(messageOf(asset, 'tensor_info'), 'name', texts)).split(':', 1)[0] ?? '');
  }
  return nodes;
}

/** Inputs and outputs of what servers call, or of the first that can be called. */
async function signatureOf(
  metaGraph: PbMessage,
  texts: TextLimits,
): Promise<{ readonly inputs: readonly TensorInfo[]; readonly outputs: readonly TensorInfo[] }> {
  const signatures = new Map<string, PbMessage>();
  for (const entry of messagesOf(metaGraph, 'signature_def')) {
    const value = messageOf(entry, 'value');
    const key = await textOf(entry, 'key', texts);
    if (value !== undefined && key !== INIT) signatures.set(key, value);
  }
  const chosen = signatures.get(SERVING) ?? signatures.values().next().value;
  return { inputs: await tensorsOf(chosen, 'inputs', texts), outputs: await tensorsOf(chosen, 'outputs', texts) };
}

async function tensorsOf(
  signature: PbMessage | undefined,
  field: string,
  texts: TextLimits,
): Promise<readonly TensorInfo[]> {
  const found: TensorInfo[] = [];
  for (const entry of messagesOf(signature, field)) {
    const value = messageOf(entry, 'value');
    const shape = messageOf(value, 'tensor_shape');
    found.push(describedTensor(await textOf(entry, 'key', texts), { type: numberOf(value, 'dtype'), shape }));
  }
  return found;
}
