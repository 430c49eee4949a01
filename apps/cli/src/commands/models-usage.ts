import type { ModelUsage } from '@x/ml-model-registry';
import { openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

const isoOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

function usageOutput(usage: ModelUsage): ShapeOf<'ModelUsage'>['models'][number] {
  const { versions, recent, lastUsedAt } = usage;
  return {
    ...usage,
    versions: versions.map((each) => ({ ...each, firstAt: isoOf(each.firstAt), lastAt: isoOf(each.lastAt) })),
    recent: recent.map(({ at, ...use }) => ({ ...use, at: new Date(at).toISOString() })),
    lastUsedAt: isoOf(lastUsedAt),
  };
}

/** Of one model its versions, of several a line for each. */
function rowsOf(all: readonly ModelUsage[], model: string | undefined): readonly (readonly string[])[] {
  const last = (at: number | undefined): string => (at === undefined ? 'never' : formatTime(at));
  if (model !== undefined) {
    return all.flatMap(({ versions }) =>
      versions.map(({ version, uses, lastAt, lastBy = '', bytes, bytesStored }) => [
        version,
        String(uses),
        last(lastAt),
        displayText(lastBy),
        formatBytes(bytes),
        bytesStored === undefined ? '' : formatBytes(bytesStored),
      ]),
    );
  }
  return all.map(({ model: name, versions, recent, lastUsedAt, bytes, bytesStored }) => [
    name,
    String(versions.reduce((sum, { uses }) => sum + uses, 0)),
    last(lastUsedAt),
    displayText(recent[0]?.by ?? ''),
    formatBytes(bytes),
    formatBytes(bytesStored),
  ]);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model] = input.arguments;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const all = await registry.usage(model);
  if (context.json) {
    await emitObject(context.output, 'ModelUsage', { models: all.map(usageOutput) });
    return EXIT.ok;
  }
  const titles = [model === undefined ? 'MODEL' : 'VERSION', 'USES', 'LAST', 'BY', 'FILES', 'STORED'];
  const [head = '', ...lines] = tableLines(
    titles.map((title) => ({ title })),
    rowsOf(all, model),
  );
  await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast models usage`. */
export const modelsUsage: CommandDefinition = {
  path: ['models', 'usage'],
  action: 'models.read',
  whose: 'models',
  summary: 'Show who restored what and when, and what models take',
  description:
    'STORED is what versions have added to the repository, deduplicated and compressed; FILES is what they would take each by itself.',
  arguments: [{ name: '[model]', description: 'whose versions are listed (default: a line for each model)' }],
  examples: [
    { call: 'holdfast models usage', does: 'Which models does nobody use?' },
    { call: 'holdfast models usage price', does: 'Who has used which version last?' },
  ],
  output: { shape: 'ModelUsage' },
  run,
};
