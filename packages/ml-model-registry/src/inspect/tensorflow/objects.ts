import type { Inspection } from '../contract.ts';
import type { TensorInfo } from '../inspection.ts';
import { parseJson } from '../json/parse-json.ts';
import { inspectConfig } from '../keras/inspect-config.ts';
import { messageOf, messagesOf, numberOf, textOf, type TextLimits } from '../protobuf/fields.ts';
import type { PbMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import { StructureError } from '../structure-error.ts';
import { describedTensor } from './tensors.ts';

/** What objects are looked at with. */
export interface ObjectPlace {
  readonly inspection: Inspection;
  readonly texts: TextLimits;
}

/** Names of variables that optimizers keep beside the model. */
const OF_OPTIMIZER = /(?:^|\/)(?:optimizer|Adam|SGD|RMSprop|iteration|learning_rate)(?:\/|$)/;

/** Looks at the objects of Python of which a model is made, and gives its variables. */
export async function inspectObjects(graph: PbMessage | undefined, place: ObjectPlace): Promise<readonly TensorInfo[]> {
  const { inspection, texts } = place;
  const variables: TensorInfo[] = [];
  const slots = new Set<number>();
  const objects = messagesOf(graph, 'nodes');
  for (const object of objects)
    for (const slot of messagesOf(object, 'slot_variables')) slots.add(numberOf(slot, 'slot_variable_node_id'));
  for (const [index, object] of objects.entries()) {
    inspection.step(1, object.at);
    await inspectRegistered(object, place);
    const user = messageOf(object, 'user_object');
    if (user !== undefined) await inspectMetadata(user, place);
    const variable = messageOf(object, 'variable');
    if (variable === undefined || slots.has(index)) continue;
    const name = await textOf(variable, 'name', texts);
    const tensor = describedTensor(name, { type: numberOf(variable, 'dtype'), shape: messageOf(variable, 'shape') });
    if (!OF_OPTIMIZER.test(name)) variables.push(tensor);
  }
  return variables;
}

/** A class that a program has registered under a name makes the object from what is stored. */
async function inspectRegistered(object: PbMessage, { inspection, texts }: ObjectPlace): Promise<void> {
  for (const field of ['registered_name', 'registered_saver']) {
    const name = await textOf(object, field, texts);
    if (name === '' || /^(?:tf|keras)\.[A-Za-z.]+$/.test(name)) continue;
    const message = `Expected objects of TensorFlow, got one of the class ${quoted(name)}, which somebody has registered`;
    inspection.find('SAVEDMODEL_REGISTERED_CLASS', message, object.at);
  }
}

/**
 * Keras 2 writes as JSON what its layers are made of, and makes them of it again. The places in findings are those of the JSON in the file.
 *
 * @throws {StructureError} `LIMIT_EXCEEDED`.
 */
export async function inspectMetadata(object: PbMessage, { inspection, texts }: ObjectPlace): Promise<void> {
  const identifier = await textOf(object, 'identifier', texts);
  const span = object.fields.get('metadata')?.at(-1);
  if (span?.kind !== 'span' || span.length === 0 || !identifier.startsWith('_tf_keras')) return;
  try {
    if (span.length > texts.most)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${texts.most} bytes, got ${span.length}`, span.at);
    const bytes = await texts.source.read(span.at, span.length);
    inspectConfig(parseJson(bytes, { inspection, offset: span.at }), inspection);
  } catch (error) {
    if (!(error instanceof StructureError)) throw error;
    inspection.find(error.code, `${error.message} (in what Keras says of ${quoted(identifier)})`, error.offset);
  }
}
