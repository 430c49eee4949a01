import type { ModelQuery } from '@x/ml-model-registry';
import { openModels } from '../compose/models.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { versionOutput } from '../render/model.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

interface SearchFlags extends Pick<ModelQuery, 'model' | 'framework' | 'dataset' | 'commit' | 'parent' | 'order'> {
  readonly tag?: readonly string[] | undefined;
  readonly metric?: readonly string[] | undefined;
  readonly param?: readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly verdict?: string | undefined;
  readonly limit?: number | undefined;
}

function demandLimit(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageError(`Expected a number of versions, got ${JSON.stringify(text)}`, 'Write a whole number.');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { tag, metric, param, format, verdict, ...rest } = input.options as SearchFlags;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const found = await registry.search({
    ...rest,
    tags: tag,
    metrics: metric,
    params: param,
    format: format as ModelQuery['format'],
    verdict: verdict as ModelQuery['verdict'],
    text: input.arguments.join(' '),
  });
  if (context.json) {
    await emitObject(context.output, 'ModelList', { versions: found.map((version) => versionOutput(version)) });
    return EXIT.ok;
  }
  if (found.length === 0) {
    context.messages.note('No version matches.');
    return EXIT.ok;
  }
  const values = (all: Readonly<Record<string, unknown>>): string =>
    Object.entries(all)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' ');
  const [head = '', ...lines] = tableLines(
    ['VERSION', 'FORMAT', 'ADDED', 'TAGS', 'METRICS'].map((title) => ({ title })),
    found.map(({ model, version, inspection, addedAt, tags, metrics }) => [
      `${model}@${version}`,
      inspection.format,
      formatTime(addedAt),
      tags.join(' '),
      displayText(values(metrics)),
    ]),
  );
  await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast models search`. */
export const modelsSearch: CommandDefinition = {
  path: ['models', 'search'],
  action: 'models.read',
  whose: 'models',
  summary: 'Find versions of all models by what is known of them',
  description: 'All that is given must match. Versions that were added last come first, unless --order says otherwise.',
  arguments: [{ name: '[word...]', description: 'words in names, descriptions, tags, data and parameters' }],
  options: [
    { flags: '--model <name>', description: 'only this model' },
    { flags: '--tag <word>', description: 'with this tag; may be repeated', repeatable: true },
    { flags: '--metric <condition>', description: "as 'rmse<0.3'; may be repeated", repeatable: true },
    {
      flags: '--param <condition>',
      description: "as 'epochs>=10' or optimizer=adam; may be repeated",
      repeatable: true,
    },
    { flags: '--framework <name>', description: 'as pytorch or keras' },
    { flags: '--format <name>', description: 'as onnx or safetensors' },
    {
      flags: '--verdict <verdict>',
      description: 'what the inspection said',
      choices: ['clean', 'unknown', 'suspicious', 'malicious'],
    },
    { flags: '--dataset <name>', description: 'trained on this data: its name or digest' },
    { flags: '--commit <id>', description: 'trained by this code: 7 digits or more' },
    { flags: '--parent <model@version>', description: 'made from this version, or from any of a model' },
    { flags: '--order <metric>', description: 'lowest first; with - before it, highest first' },
    { flags: '--limit <n>', description: 'at most so many', parse: demandLimit },
  ],
  examples: [
    { call: "holdfast models search --metric 'rmse<0.3' --order rmse", does: 'The best ones first' },
    { call: 'holdfast models search --dataset sales-2026-03', does: 'What was trained on data that turned out wrong?' },
  ],
  output: { shape: 'ModelList' },
  run,
};
