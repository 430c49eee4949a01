import type { FormatInspector, Inspection } from '../contract.ts';
import { member } from '../json/json-node.ts';
import { parseJson } from '../json/parse-json.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import { inspectXgboost } from './model.ts';
import { readUbj } from './read-ubj.ts';

/** Signs of a document near its beginning: XGBoost writes its members in this order. */
const signs: readonly string[] = ['learner', 'gradient_booster', 'learner_model_param'];

/** XGBoost's model as JSON. There is nothing in it that could run; what it counts and refers to has to be right. */
export const xgboostJson: FormatInspector = {
  formats: ['xgboost-json'],
  recognises: (head) => {
    const text = Buffer.from(head.subarray(0, 1024)).toString('latin1');
    return /^\s*\{\s*"(?:learner|version)"\s*:/.test(text) && Buffer.from(head).includes('"learner"');
  },
  async inspect(source, inspection) {
    const bytes = await whole(source, inspection);
    return inspectXgboost(parseJson(bytes, { inspection, offset: 0 }), 'xgboost-json', inspection);
  },
};

/** The same in Universal Binary JSON. */
export const xgboostUbj: FormatInspector = {
  formats: ['xgboost-ubj'],
  recognises: (head) => {
    const bytes = Buffer.from(head);
    // `{`, the length of a name, and `learner` or `version`.
    const begins =
      bytes[0] === 0x7b &&
      /^\{(?:[LlIiU#].{0,16})(?:learner|version|Config|Model)/s.test(bytes.toString('latin1', 0, 40));
    return begins && signs.some((sign) => bytes.includes(sign));
  },
  async inspect(source, inspection) {
    const document = readUbj(await whole(source, inspection), inspection);
    // What Python pickles has the settings of training beside the model.
    return inspectXgboost(member(document, 'Model') ?? document, 'xgboost-ubj', inspection);
  },
};

async function whole(source: ByteSource, inspection: Inspection): Promise<Uint8Array> {
  const { held } = inspection.limits;
  if (source.size > held)
    throw new StructureError('LIMIT_EXCEEDED', `Expected a document of at most ${held} bytes, got ${source.size}`, 0);
  return await source.read(0, source.size);
}
