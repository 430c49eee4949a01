import { type FbTable, numberOf, numbersOf, tableOf, tablesOf } from '../flatbuffers/values.ts';
import { malformed } from '../structure-error.ts';
import type { TflitePlace } from './place.ts';
import { inspectTensor, type TfliteTensor } from './tensors.ts';

/** What a subgraph tells. */
export interface SubgraphReport {
  readonly tensors: readonly TfliteTensor[];
  /** Numbers of tensors. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Looks at a subgraph: every number in it has to be that of a tensor, operator or subgraph, since runtimes use them as they are. */
export async function inspectSubgraph(subgraph: FbTable, place: TflitePlace): Promise<SubgraphReport> {
  const { texts } = place;
  const tensors: TfliteTensor[] = [];
  const tables = tablesOf(subgraph, 'tensors');
  demandDistinct(tables);
  for (const table of tables) {
    place.inspection.step(1, table.at);
    tensors.push(await inspectTensor(table, place));
  }
  const operators = tablesOf(subgraph, 'operators');
  demandDistinct(operators);
  for (const operator of operators) await inspectOperator(operator, tensors.length, place);
  const numbers = async (name: string): Promise<readonly number[]> => {
    const found = await numbersOf(subgraph, name, texts);
    demandNumbers(found, { from: 0, to: tensors.length, what: 'tensors' }, subgraph.at);
    return found;
  };
  return { tensors, inputs: await numbers('inputs'), outputs: await numbers('outputs') };
}

/** One table as many tensors or operators is how a few bytes become a model that fills the memory. Only buffers and options may be shared. */
export function demandDistinct(tables: readonly FbTable[]): void {
  const seen = new Set<FbTable>();
  for (const table of tables) {
    if (seen.has(table)) throw malformed(`Expected each ${table.schema.name} once, got one again`, table.at);
    seen.add(table);
  }
}

async function inspectOperator(operator: FbTable, tensors: number, place: TflitePlace): Promise<void> {
  const { inspection, texts, codes, ranges } = place;
  inspection.step(1, operator.at);
  const code = numberOf(operator, 'opcode_index');
  demandNumbers([code], { from: 0, to: codes.length, what: 'operators' }, operator.at);
  // -1 is an input that is left out.
  for (const name of ['inputs', 'outputs', 'intermediates']) {
    const found = await numbersOf(operator, name, texts);
    demandNumbers(found, { from: name === 'outputs' ? 0 : -1, to: tensors, what: 'tensors' }, operator.at);
  }
  ranges.claim(numberOf(operator, 'large_custom_options_offset'), numberOf(operator, 'large_custom_options_size'));
  for (const name of ['builtin_options', 'builtin_options_2']) {
    const options = tableOf(operator, name);
    if (options !== undefined) await demandSubgraphs(options, place);
  }
}

/** Options that name subgraphs: of loops, branches and calls. */
async function demandSubgraphs(options: FbTable, { texts, subgraphs }: TflitePlace): Promise<void> {
  for (const [index, { name, type }] of options.schema.fields.entries()) {
    if (!name.startsWith('subgraph') || options.values[index] === undefined) continue;
    const found = type.kind === 'scalars' ? await numbersOf(options, name, texts) : [numberOf(options, name)];
    demandNumbers(found, { from: 0, to: subgraphs, what: 'subgraphs' }, options.at);
  }
}

function demandNumbers(
  numbers: readonly number[],
  range: { readonly from: number; readonly to: number; readonly what: string },
  at: number,
): void {
  const other = numbers.find((number) => number < range.from || number >= range.to);
  if (other !== undefined) throw malformed(`Expected one of ${range.to} ${range.what}, got number ${other}`, at);
}
