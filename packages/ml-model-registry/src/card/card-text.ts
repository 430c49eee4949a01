import type { TensorInfo } from '../inspect/inspection.ts';
import type { ModelCard } from './model-card.ts';

const NOT_SAID = '_Not said._';

/**
 * A card as Markdown, in the sections of Mitchell et al. (2019). What nobody has said is said to be missing.
 *
 * @example
 * ```ts
 * import { type ModelRegistry, modelCardText } from '@x/ml-model-registry';
 *
 * export const cardOf = async (registry: ModelRegistry): Promise<string> =>
 *   modelCardText(await registry.card('price', 'prod', { texts: { intendedUse: 'Prices of houses in Lisbon.' } }));
 * ```
 */
export function modelCardText(card: ModelCard): string {
  const { texts } = card;
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Model details', details(card)],
    ['Intended use', [texts.intendedUse ?? NOT_SAID]],
    ['Factors', [texts.factors ?? NOT_SAID]],
    ['Metrics', metrics(card)],
    ['Evaluation data', [texts.evaluationData ?? NOT_SAID]],
    ['Training data', trainingData(card)],
    ['Quantitative analyses', analyses(card)],
    ['Ethical considerations', [texts.ethicalConsiderations ?? NOT_SAID]],
    ['Caveats and recommendations', caveats(card)],
  ];
  const body = sections.flatMap(([title, lines]) => [`## ${title}`, '', ...lines, '']);
  return [`# ${plain(`${card.model} ${card.version}`)}`, '', ...described(card), ...body].join('\n');
}

/** What whoever added it has said, as a quotation: its headings are not those of the card, its fences end with it, and its HTML is none. */
function described({ description }: ModelCard): readonly string[] {
  if (description === undefined) return [];
  const lines = description.replace(/</g, '\\<').split(/\r\n?|\n/);
  return [...lines.map((line) => `> ${line}`.trimEnd()), ''];
}

function details(card: ModelCard): readonly string[] {
  const { framework, parameters, code, license } = card;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Version', [card.version, ...card.aliases].join(', ')],
    ['Change', `${card.change}. ${card.reason}`],
    ['Added', `${card.addedAt} by ${card.addedBy}`],
    ['Format', card.format],
    ['Framework', framework === undefined ? undefined : [framework.name, framework.version].filter(Boolean).join(' ')],
    ['Parameters', parameters?.toString()],
    ['Inputs', tensors(card.inputs)],
    ['Outputs', tensors(card.outputs)],
    ['File', `${card.file}, ${card.size} bytes`],
    ['Digest', card.digest],
    ['Licence', license ?? 'not said'],
    ['Code', code === undefined ? undefined : [code.repository, code.commit].filter(Boolean).join(' ')],
    ['Made from', card.parents.length === 0 ? undefined : card.parents.join(', ')],
    ['Tags', card.tags.length === 0 ? undefined : card.tags.join(', ')],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`- ${name}: ${plain(value)}`]));
}

function tensors(all: readonly TensorInfo[]): string | undefined {
  if (all.length === 0) return undefined;
  return all
    .map(({ name, type, shape }) => `${name} ${type} [${shape.map((size) => size ?? '?').join(', ')}]`)
    .join('; ');
}

function metrics({ metrics: all }: ModelCard): readonly string[] {
  if (all.length === 0) return [NOT_SAID];
  return [`Measured: ${all.map(({ name }) => plain(name)).join(', ')}.`];
}

function trainingData({ dataset, params }: ModelCard): readonly string[] {
  const data = dataset === undefined ? NOT_SAID : plain([dataset.name, dataset.digest].filter(Boolean).join(', '));
  const rows = Object.entries(params).map(([name, value]) => [name, String(value)]);
  return [data, ...(rows.length === 0 ? [] : ['', ...table(['Parameter', 'Value'], rows)])];
}

function analyses({ metrics: all, comparedWith }: ModelCard): readonly string[] {
  if (all.length === 0) return [NOT_SAID];
  if (comparedWith === undefined)
    return table(
      ['Metric', 'Value'],
      all.map(({ name, value }) => [name, String(value)]),
    );
  return table(
    ['Metric', 'Value', comparedWith],
    all.map(({ name, value, before }) => [name, String(value), before === undefined ? '' : String(before)]),
  );
}

function caveats({ verdict, findings, texts }: ModelCard): readonly string[] {
  const found = findings.length === 0 ? '' : `: ${findings.join(', ')}`;
  return [
    ...(texts.caveats === undefined ? [] : [texts.caveats, '']),
    `The inspection of the file says ${verdict}${found}.`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** A text of somebody else in one line, in which no sign means anything to Markdown. */
function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(/[\\`*_[\]<>|#]/g, '\\$&');
}
