import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inspection } from '../contract.ts';
import { messagesOf } from '../protobuf/fields.ts';
import { readMessage } from '../protobuf/read-message.ts';
import { openFile } from '../source/file-source.ts';
import { StructureError } from '../structure-error.ts';
import { kerasMetadata } from './model-schema.ts';
import { inspectMetadata } from './objects.ts';

const VARIABLES = 'variables/variables.index';
const KERAS = 'keras_metadata.pb';

/** Numbers of variables stand in a folder beside the model. Says so, or that they are missing. */
export async function inspectVariables(count: number, inspection: Inspection): Promise<void> {
  const { directory } = inspection;
  if (count === 0) return;
  const stats = directory === undefined ? undefined : await lstat(join(directory, VARIABLES)).catch(() => undefined);
  if (stats?.isFile() === true) {
    const message = `Expected numbers in the model, got ${count} variables whose numbers are in ${VARIABLES.split('/')[0]}/ beside it`;
    inspection.find('SAVEDMODEL_VARIABLES', message, 0);
  } else {
    const message = `Expected the numbers of ${count} variables in ${VARIABLES} beside the model, got no such file`;
    inspection.find('EXTERNAL_DATA_MISSING', message, 0);
  }
}

/** Looks at what Keras 2 wrote beside the model, from which it makes the layers again. */
export async function inspectKerasMetadata(inspection: Inspection): Promise<void> {
  const { directory } = inspection;
  if (directory === undefined) return;
  const path = join(directory, KERAS);
  if ((await lstat(path).catch(() => undefined))?.isFile() !== true) return;
  await using file = await openFile(path);
  const inside = inspection.inside(KERAS);
  try {
    const metadata = await readMessage(file.source, kerasMetadata, inside);
    const texts = { source: file.source, most: inside.limits.held };
    for (const object of messagesOf(metadata, 'nodes')) await inspectMetadata(object, { inspection: inside, texts });
  } catch (error) {
    if (!(error instanceof StructureError)) throw error;
    inside.find(error.code, error.message, error.offset);
  }
}
