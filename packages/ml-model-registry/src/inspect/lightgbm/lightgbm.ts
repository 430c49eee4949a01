import type { FormatInspector, Inspection } from '../contract.ts';
import type { FormatReport } from '../inspection.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { type Fields, numbers, readFields } from './fields.ts';
import { decode } from './text.ts';
import { inspectTree } from './tree.ts';

/** Longest header, in bytes: names and ranges of features. */
const MAX_HEADER = 64 * 1024 * 1024;

/** Objectives that LightGBM brings along, with their settings after a space. One of the user's own is `custom` or nothing. */
const objectives: ReadonlySet<string> = new Set(
  (
    'regression regression_l1 huber fair poisson quantile mape gamma tweedie binary multiclass multiclassova cross_entropy ' +
    'cross_entropy_lambda lambdarank rank_xendcg custom none'
  ).split(' '),
);

/**
 * LightGBM's model as text (versions 2 to 4): a header, a block for each tree whose sizes the header lists, and what it was trained with. Nothing
 * in it runs; programs jump by the sizes and follow the children without looking.
 */
export const lightgbm: FormatInspector = {
  formats: ['lightgbm'],
  recognises: (head) => /^tree\r?\nversion=v\d/.test(Buffer.from(head.subarray(0, 64)).toString('latin1')),
  async inspect(source, inspection) {
    const header = await readHeader(source, inspection);
    const features = count(header.fields, 'max_feature_idx') + 1;
    let at = header.end;
    let parameters = 0;
    for (const [index, size] of numbers(header.fields, 'tree_sizes').entries()) {
      const bytes = await block(source, { at, size, inspection });
      parameters += inspectTree(bytes, { index, offset: at, features, inspection });
      at += size;
    }
    await inspectRest(source, at, inspection);
    return reportOf(header.fields, { features, parameters, inspection });
  },
};

interface Header {
  readonly fields: Fields;
  /** The first byte of the first tree. */
  readonly end: number;
}

async function readHeader(source: ByteSource, inspection: Inspection): Promise<Header> {
  const most = Math.min(MAX_HEADER, inspection.limits.held, source.size);
  let bytes: Uint8Array = new Uint8Array(0);
  let end = -1;
  for (let length = Math.min(64 * 1024, most); end < 0; length = Math.min(2 * length, most)) {
    bytes = await source.read(0, length);
    end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\n\n');
    if (end < 0 && length === most) {
      if (most < source.size)
        throw new StructureError('LIMIT_EXCEEDED', `Expected a header of at most ${most} bytes, got more`, 0);
      throw new StructureError('TRUNCATED', 'Expected an empty line after the header, got an end', source.size);
    }
  }
  const fields = readFields(bytes.subarray(0, end + 1), { offset: 0, inspection });
  if (fields.get('tree_sizes') === undefined) throw malformed('Expected the sizes of trees in the header, got none', 0);
  return { fields, end: end + 2 };
}

async function block(
  source: ByteSource,
  place: { readonly at: number; readonly size: number; readonly inspection: Inspection },
): Promise<Uint8Array> {
  const { at, size, inspection } = place;
  inspection.step(1, at);
  if (!Number.isSafeInteger(size) || size < 1) throw malformed(`Expected a size of a tree, got ${size}`, at);
  const { held } = inspection.limits;
  if (size > held && size <= source.size) {
    throw new StructureError('LIMIT_EXCEEDED', `Expected a tree of at most ${held} bytes, got ${size}`, at);
  }
  return await source.read(at, size);
}

/** After the trees: their end, how much each feature counts, and what the model was trained with. */
async function inspectRest(source: ByteSource, at: number, inspection: Inspection): Promise<void> {
  const { held } = inspection.limits;
  const length = source.size - at;
  if (length > held)
    throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${held} bytes after the trees, got ${length}`, at);
  const text = decode(await source.read(at, length), at);
  if (!text.startsWith('end of trees\n')) {
    throw malformed('Expected the end of trees where their sizes end, got something else', at);
  }
  const rest =
    /^end of trees\n+(?:feature[_ ]importances:\n(?:[^\n]+=\d+\n)*\n+)?parameters:\n(?:\[[^\n]*\]?\n)*\n*end of parameters\n*(?:pandas_categorical:(?<categories>[^\n]*)\n*)?/.exec(
      text,
    );
  if (rest === null)
    return inspection.find(
      'MALFORMED',
      'Expected what the model was trained with after its trees, got something else',
      at,
    );
  inspectCategories(rest.groups?.['categories'], { at, inspection });
  if (rest[0].length < text.length) {
    const end = at + Buffer.byteLength(rest[0]);
    inspection.find('HIDDEN_BYTES', `Expected an end, got ${source.size - end} bytes`, end);
  }
}

function inspectCategories(
  text: string | undefined,
  place: { readonly at: number; readonly inspection: Inspection },
): void {
  if (text === undefined) return;
  try {
    JSON.parse(text);
  } catch {
    place.inspection.find('MALFORMED', 'Expected categories as JSON, got other text', place.at);
  }
}

function count(fields: Fields, name: string): number {
  const [value] = numbers(fields, name);
  if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
    throw malformed(`Expected a count as ${name}, got ${quoted(fields.get(name) ?? '')}`, 0);
  }
  return value;
}

function reportOf(
  fields: Fields,
  found: { readonly features: number; readonly parameters: number; readonly inspection: Inspection },
): FormatReport {
  const { features, parameters, inspection } = found;
  const objective = fields.get('objective');
  if (objective !== undefined && !objectives.has(objective.split(' ', 1)[0] ?? '')) {
    inspection.find('UNSUPPORTED', `Expected an objective of LightGBM, got ${quoted(objective)}`, 0);
  }
  const names = fields.get('feature_names')?.split(' ') ?? [];
  if (names.length !== features) {
    inspection.find('MALFORMED', `Expected ${features} names of features, got ${names.length}`, 0);
  }
  const classes = Math.max(count(fields, 'num_class'), 1);
  const version = fields.get('version');
  return {
    format: 'lightgbm',
    ...(version === undefined ? {} : { formatVersion: version.slice(1) }),
    framework: { name: 'lightgbm' },
    inputs: [{ name: 'features', type: 'float64', shape: [null, features] }],
    outputs: [{ name: 'predictions', type: 'float64', shape: [null, classes] }],
    parameters,
    metadata: objective === undefined ? {} : { objective },
  };
}
