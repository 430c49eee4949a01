import type { FormatInspector, Inspection } from '../contract.ts';
import { countParameters } from '../count-parameters.ts';
import type { FoundReport } from '../tensor-values.ts';
import { messageOf, messagesOf, numberOf, textOf, type TextLimits } from '../protobuf/fields.ts';
import { type PbMessage, readMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import { malformed } from '../structure-error.ts';
import { isSavedModel } from '../tensorflow/recognise.ts';
import { type GraphPlace, inspectGraph, inspectNodes } from './graph.ts';
import { model as schema } from './schema.ts';

/** Versions of the intermediate representation that the schema covers. */
const LAST_IR_VERSION = 13;

/** Longest name or text, in bytes. */
const MAX_TEXT = 16 * 1024 * 1024;

/**
 * ONNX: one message of Protocol Buffers. Operators of the standard only compute; others hand over to libraries or to Python, and data in other files
 * may lead anywhere.
 */
export const onnx: FormatInspector = {
  formats: ['onnx'],
  recognises: (head) => looksLikeModel(head) && !isSavedModel(head),
  async inspect(source, inspection) {
    const model = await readMessage(source, schema, inspection);
    const irVersion = numberOf(model, 'ir_version');
    if (messageOf(model, 'graph') === undefined || irVersion < 1)
      throw malformed('Expected a model with a version and a graph, got none', 0);
    if (irVersion > LAST_IR_VERSION)
      inspection.find('UNSUPPORTED', `Expected IR version 1 to ${LAST_IR_VERSION}, got ${irVersion}`, model.at);
    const texts: TextLimits = { source, most: Math.min(MAX_TEXT, inspection.limits.held) };
    const place = { inspection, texts, functions: await functionsOf(model, { inspection, texts }) };
    return await report(model, place);
  },
};

/** `ir_version` first, as every writer has it, and then another field of a model. */
function looksLikeModel(head: Uint8Array): boolean {
  const [tag, version = 0, next = 0] = head;
  if (tag !== 0x08 || version === 0 || version >= 0x80) return false;
  return [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2, 0xca].includes(next);
}

/** Operators that the model defines; they are made of others, which are looked at by themselves. */
async function functionsOf(
  model: PbMessage,
  place: { readonly inspection: Inspection; readonly texts: TextLimits },
): Promise<ReadonlySet<string>> {
  const { inspection, texts } = place;
  const names = new Set<string>();
  for (const each of messagesOf(model, 'functions')) {
    const domain = await textOf(each, 'domain', texts);
    const name = await textOf(each, 'name', texts);
    // One that replaces an operator of the standard changes what a graph says.
    if (domain === '' || domain === 'ai.onnx') {
      inspection.find(
        'MALFORMED',
        `Expected functions of a domain of their own, got ${quoted(name)} of the standard`,
        each.at,
      );
    } else names.add(`${domain}:${name}`);
  }
  return names;
}

async function report(model: PbMessage, place: GraphPlace): Promise<FoundReport> {
  const { inspection, texts } = place;
  const { inputs, outputs, tensors } = await inspectGraph(messageOf(model, 'graph'), place);
  for (const each of messagesOf(model, 'functions')) await inspectNodes(messagesOf(each, 'node'), place);
  for (const training of messagesOf(model, 'training_info')) {
    for (const part of ['initialization', 'algorithm']) {
      for (const graph of messagesOf(training, part)) await inspectGraph(graph, place);
    }
  }
  const producer = await textOf(model, 'producer_name', texts);
  const version = await textOf(model, 'producer_version', texts);
  const opsets: string[] = [];
  // Without them nobody knows which operators are meant; a file that was cut between two fields lacks them, too.
  if (!model.fields.has('opset_import') && numberOf(model, 'ir_version') >= 3) {
    inspection.find('MALFORMED', 'Expected versions of the operators that are used, got none', model.at);
  }
  for (const opset of messagesOf(model, 'opset_import')) {
    inspection.step(1, opset.at);
    opsets.push(`${(await textOf(opset, 'domain', texts)) || 'ai.onnx'} ${numberOf(opset, 'version')}`);
  }
  const parameters = countParameters(tensors);
  return {
    format: 'onnx',
    formatVersion: String(numberOf(model, 'ir_version')),
    ...(producer === '' ? {} : { framework: { name: producer, ...(version === '' ? {} : { version }) } }),
    inputs,
    outputs,
    tensors,
    parameters,
    metadata: { opsets: opsets.join(', ') },
  };
}
