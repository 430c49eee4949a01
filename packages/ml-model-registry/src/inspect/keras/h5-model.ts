import type { Inspection } from '../contract.ts';
import type { FormatReport } from '../inspection.ts';
import { parseJson } from '../json/parse-json.ts';
import { quoted } from '../quoted.ts';
import { StructureError } from '../structure-error.ts';
import { inspectConfig } from './inspect-config.ts';
import { shapesOf } from './model-shapes.ts';

/** A text that an HDF5 file has as attribute of its root group. */
export interface RootText {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly place: number;
}

/**
 * What Keras stores in the attributes of an HDF5 file (`model.save('x.h5')`): the model and how it is trained as JSON, and the version.
 *
 * @throws {StructureError} `LIMIT_EXCEEDED`.
 */
export function inspectH5Model(texts: readonly RootText[], inspection: Inspection): Partial<FormatReport> {
  const find = (name: string): RootText | undefined => texts.find((text) => text.name === name);
  const model = config(find('model_config'), inspection);
  config(find('training_config'), inspection);
  const [version, backend] = ['keras_version', 'backend'].map((name) => shortText(find(name)));
  if (model === undefined && version === undefined) return {};
  const framework = { name: 'keras', ...(version === undefined ? {} : { version }) };
  return { framework, ...model, ...(backend === undefined ? {} : { metadata: { backend } }) };
}

function config(text: RootText | undefined, inspection: Inspection): Partial<FormatReport> | undefined {
  if (text === undefined) return undefined;
  try {
    const node = parseJson(text.bytes, { inspection, offset: text.place });
    inspectConfig(node, inspection);
    return text.name === 'model_config' ? shapesOf(node) : undefined;
  } catch (error) {
    if (!(error instanceof StructureError)) throw error;
    inspection.find(error.code, `${error.message} (in ${quoted(text.name)})`, error.offset);
    return {};
  }
}

/** Texts that are told are short. */
function shortText(text: RootText | undefined): string | undefined {
  if (text === undefined || text.bytes.length > 100) return undefined;
  return Buffer.from(text.bytes).toString();
}
