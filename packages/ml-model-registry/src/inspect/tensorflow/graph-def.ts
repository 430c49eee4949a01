import type { FormatInspector } from '../contract.ts';
import { countParameters } from '../count-parameters.ts';
import { messageOf, numberOf } from '../protobuf/fields.ts';
import { readMessage } from '../protobuf/read-message.ts';
import { inspectVariables } from './beside.ts';
import { inspectGraph } from './graph.ts';
import { graph as schema } from './graph-schema.ts';
import { isGraph } from './recognise.ts';

/** Longest name or text, in bytes. */
const MAX_TEXT = 16 * 1024 * 1024;

/** A graph of TensorFlow by itself: a frozen model, whose numbers are constants in it. */
export const graphDef: FormatInspector = {
  formats: ['graphdef'],
  recognises: (head) => isGraph(head),
  async inspect(source, inspection) {
    const graph = await readMessage(source, schema, inspection);
    const texts = { source, most: Math.min(MAX_TEXT, inspection.limits.held) };
    const { constants, variables, placeholders } = await inspectGraph(graph, { inspection, texts, assets: new Set() });
    await inspectVariables(variables.length, inspection);
    // Without it nobody knows how operators are meant; a file that was cut between two fields lacks it, too.
    const producer = numberOf(messageOf(graph, 'versions'), 'producer');
    if (producer === 0) inspection.find('MALFORMED', 'Expected the version of the graph, got none', graph.at);
    const tensors = [...constants, ...variables];
    return {
      format: 'graphdef',
      formatVersion: String(producer),
      framework: { name: 'tensorflow' },
      inputs: placeholders,
      tensors,
      parameters: countParameters(tensors),
    };
  },
};
