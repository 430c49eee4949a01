import { loadMetrics, metricSetOf } from '../compose/model-metrics.ts';
import { openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { weightsLines } from '../render/model-weights.ts';
import { comparisonLine } from '../render/model-metrics.ts';
import { displayText } from '../render/text.ts';

interface CompareFlags {
  readonly weights?: boolean | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model = '', before = '', after = ''] = input.arguments;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const { weights = false } = input.options as CompareFlags;
  const diff = await registry.diff(model, before, after, { weights, signal: context.signal });
  const [old, young] = await Promise.all([registry.get(model, before), registry.get(model, after)]);
  const { compareMetrics } = await loadMetrics();
  const verdicts = compareMetrics(old, young, { metrics: await metricSetOf(context, model) });
  if (context.json) {
    const { metrics, params, inputs, outputs } = diff;
    const lists = { metrics: [...metrics], params: [...params], inputs: [...inputs], outputs: [...outputs] };
    await emitObject(context.output, 'ModelDiff', { model, ...diff, ...lists, verdicts });
    return EXIT.ok;
  }
  await context.output.line(
    `${model} ${diff.before} and ${diff.after}: ${diff.sameContent ? 'the same file' : 'two files'}`,
  );
  for (const each of verdicts) await context.output.line(comparisonLine(each, context.output.colors));
  for (const kind of ['metrics', 'params', 'inputs', 'outputs'] as const) {
    for (const { name, before: first, after: second } of diff[kind]) {
      if (kind === 'metrics' && verdicts.some(({ metric }) => metric === name)) continue;
      await context.output.line(
        `  ${kind.slice(0, -1)} ${displayText(`${name}: ${first ?? 'none'} -> ${second ?? 'none'}`)}`,
      );
    }
  }
  const { sizeChange, parametersChange } = diff;
  if (sizeChange !== 0)
    await context.output.line(`  size ${sizeChange > 0 ? '+' : '-'}${formatBytes(Math.abs(sizeChange))}`);
  if (parametersChange) await context.output.line(`  parameters ${parametersChange > 0 ? '+' : ''}${parametersChange}`);
  if (diff.weights !== undefined) for (const line of weightsLines(diff.weights)) await context.output.line(`  ${line}`);
  return EXIT.ok;
}

/** `holdfast models compare`. */
export const modelsCompare: CommandDefinition = {
  path: ['models', 'compare'],
  action: ({ options }) => ('weights' in options && options.weights === true ? 'models.restore' : 'models.read'),
  whose: 'models',
  summary: 'Show what sets two versions of a model apart',
  description:
    'Metrics come with the interval that they are in, where it is known how they were measured, and a verdict: better, worse, or no evidence when chance explains the difference.',
  arguments: [
    { name: '<model>', description: 'name of the model' },
    { name: '<before>', description: 'a version or an alias' },
    { name: '<after>', description: 'another one' },
  ],
  options: [{ flags: '--weights', description: 'also read both, and tell how far the weights of each tensor moved' }],
  examples: [
    { call: 'holdfast models compare price 1.4.0 latest --weights', does: 'Which layers did the fine-tuning change?' },
    { call: 'holdfast models compare price prod latest', does: 'Is the newest one better than what is live?' },
  ],
  output: { shape: 'ModelDiff' },
  run,
};
