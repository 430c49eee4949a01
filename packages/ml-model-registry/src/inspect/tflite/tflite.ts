import type { FormatInspector, Inspection } from '../contract.ts';
import { countParameters } from '../count-parameters.ts';
import { TableReader } from '../flatbuffers/read-table.ts';
import { type FbTable, numberAt, numberOf, tablesOf, textOf, type ValueLimits } from '../flatbuffers/values.ts';
import type { FormatReport, TensorInfo } from '../inspection.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { pagedSource } from '../source/paged-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { judgeOperator } from '../tensorflow/judge-operator.ts';
import { findEnds } from '../zip/end-record.ts';
import { Ranges, readBuffers } from './buffers.ts';
import { isTflite } from './recognise.ts';
import { CUSTOM, flexOperator, isBuiltin, isKnownCustom, PLACEHOLDER } from './operators.ts';
import type { OperatorCode, TflitePlace } from './place.ts';
import { model as schema } from './schema.ts';
import { demandDistinct, inspectSubgraph, type SubgraphReport } from './subgraph.ts';
import type { TfliteTensor } from './tensors.ts';

/** Bytes before the first table: where the root is, and `TFL3`. */
const HEADER = 8;
const VERSION = 3;
/** Longest name or list of numbers, in bytes. */
const MAX_TEXT = 16 * 1024 * 1024;

/**
 * TFLite (LiteRT): a FlatBuffer of tables. Its own operators compute; custom ones are a library's, and those of the Flex delegate run operators of
 * TensorFlow.
 */
export const tflite: FormatInspector = {
  formats: ['tflite'],
  recognises: (head) => isTflite(head),
  async inspect(source, inspection) {
    const pages = pagedSource(source);
    const reader = new TableReader(pages, inspection);
    reader.coverage.claim(0, HEADER);
    const root = numberAt(await pages.read(0, 4), 0, 'u32');
    const model = await reader.table(root, schema);
    const version = numberOf(model, 'version');
    if (version !== VERSION)
      throw new StructureError('UNSUPPORTED', `Expected version ${VERSION}, got ${version}`, model.at);
    const texts = { source: pages, inspection, most: Math.min(MAX_TEXT, inspection.limits.held) };
    const ranges = new Ranges(reader.coverage);
    const report = await inspectTables(model, { inspection, texts, ranges });
    await demandEnd(source, await reader.coverage.report(), inspection);
    return report;
  },
};

async function inspectTables(
  model: FbTable,
  place: Pick<TflitePlace, 'inspection' | 'texts' | 'ranges'>,
): Promise<FormatReport> {
  const buffers = readBuffers(tablesOf(model, 'buffers'), place);
  const codes = await readCodes(tablesOf(model, 'operator_codes'), place);
  const tables = tablesOf(model, 'subgraphs');
  demandDistinct(tables);
  const subgraphs: SubgraphReport[] = [];
  for (const table of tables)
    subgraphs.push(await inspectSubgraph(table, { ...place, buffers, codes, subgraphs: tables.length }));
  const [main] = subgraphs;
  if (main === undefined) throw malformed('Expected a model with a graph, got none', model.at);
  const tensors = constantsOf(subgraphs);
  const at = (number: number): TensorInfo[] => main.tensors.slice(number, number + 1).map(plain);
  return {
    format: 'tflite',
    formatVersion: String(VERSION),
    framework: { name: 'tflite' },
    inputs: main.inputs.flatMap(at),
    outputs: main.outputs.flatMap(at),
    tensors,
    parameters: countParameters(tensors),
    metadata: await metadataOf(model, { ...place, buffers: buffers.length, subgraphs }),
  };
}

/** Tensors with numbers; those that several subgraphs share are told once. */
function constantsOf(subgraphs: readonly SubgraphReport[]): readonly TensorInfo[] {
  const seen = new Set<number>();
  return subgraphs.flatMap(({ tensors }) =>
    tensors.flatMap((tensor) => {
      if (!tensor.isConstant || (tensor.offset !== undefined && seen.has(tensor.offset))) return [];
      if (tensor.offset !== undefined) seen.add(tensor.offset);
      return [plain(tensor)];
    }),
  );
}

function plain({ isConstant: _isConstant, ...tensor }: TfliteTensor): TensorInfo {
  return tensor;
}

/** The operators of a model. Each has to be known, whether a subgraph uses it or not. */
async function readCodes(
  tables: readonly FbTable[],
  place: Pick<TflitePlace, 'inspection' | 'texts'>,
): Promise<readonly OperatorCode[]> {
  const codes: OperatorCode[] = [];
  for (const table of tables) {
    place.inspection.step(1, table.at);
    const old = numberOf(table, 'deprecated_builtin_code');
    const number = Math.max(old, numberOf(table, 'builtin_code'));
    const name = await textOf(table, 'custom_code', place.texts);
    judge({ number, name }, table.at, place.inspection);
    if (old !== number && old !== 0 && old !== PLACEHOLDER)
      place.inspection.find('MALFORMED', `Expected one number of an operator, got ${old} and ${number}`, table.at);
    codes.push({ number, name });
  }
  return codes;
}

function judge({ number, name }: OperatorCode, at: number, inspection: Inspection): void {
  if (number !== CUSTOM) {
    if (!isBuiltin(number))
      inspection.find('OPERATOR_UNKNOWN', `Expected operators that are known, got number ${number}`, at);
    return;
  }
  const flex = flexOperator(name);
  if (flex !== undefined) {
    inspection.find('TFLITE_FLEX_OPERATOR', `Expected operators of TFLite, got ${quoted(flex)} of TensorFlow`, at);
    judgeOperator(flex, { inspection, at, node: name });
  } else if (!isKnownCustom(name)) {
    inspection.find('OPERATOR_UNKNOWN', `Expected operators that are known, got ${quoted(name)}`, at);
  }
}

async function metadataOf(
  model: FbTable,
  place: {
    readonly inspection: Inspection;
    readonly texts: ValueLimits;
    readonly buffers: number;
    readonly subgraphs: readonly SubgraphReport[];
  },
): Promise<Readonly<Record<string, string>>> {
  const { inspection, texts } = place;
  for (const entry of tablesOf(model, 'metadata')) {
    inspection.step(1, entry.at);
    if (numberOf(entry, 'buffer') >= place.buffers)
      throw malformed(`Expected one of ${place.buffers} buffers, got number ${numberOf(entry, 'buffer')}`, entry.at);
  }
  const signatures: string[] = [];
  for (const signature of tablesOf(model, 'signature_defs')) {
    inspection.step(1, signature.at);
    const tensors = place.subgraphs[numberOf(signature, 'subgraph_index')]?.tensors.length ?? 0;
    for (const each of [...tablesOf(signature, 'inputs'), ...tablesOf(signature, 'outputs')]) {
      inspection.step(1, each.at);
      if (numberOf(each, 'tensor_index') >= tensors)
        throw malformed(`Expected one of ${tensors} tensors, got number ${numberOf(each, 'tensor_index')}`, each.at);
    }
    signatures.push(await textOf(signature, 'signature_key', texts));
  }
  const description = await textOf(model, 'description', texts);
  return {
    ...(description === '' ? {} : { description }),
    ...(signatures.length === 0 ? {} : { signatures: signatures.slice(0, 100).join(', ') }),
  };
}

/** Tools attach labels and vocabularies as a zip archive behind the model. */
async function demandEnd(source: ByteSource, end: number, inspection: Inspection): Promise<void> {
  if (end >= source.size) return;
  const rest = source.size - end;
  const padding = rest <= 64 && (await source.read(end, rest)).every((byte) => byte === 0);
  if (padding) return;
  if ((await findEnds(source)).length > 0) {
    inspection.find('TFLITE_ATTACHED_FILES', `Expected an end after the model, got an archive of ${rest} bytes`, end);
  } else inspection.find('HIDDEN_BYTES', `Expected an end after the model, got ${rest} bytes`, end);
}
