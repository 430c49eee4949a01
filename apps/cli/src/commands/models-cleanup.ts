import type { CleanupItem, CleanupResult } from '@x/ml-model-registry';
import type { RetentionPolicy } from '@x/retention';
import { openModels } from '../compose/models.ts';
import { policiesFor } from '../compose/policies.ts';
import { planTime } from '../compose/retention.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

interface CleanupFlags {
  readonly policy?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

const itemOutput = ({ addedAt, ...item }: CleanupItem): ShapeOf<'ModelCleanup'>['plan'][number] => ({
  ...item,
  addedAt: new Date(addedAt).toISOString(),
});

async function policyOf(context: Context, { policy }: CleanupFlags): Promise<RetentionPolicy | undefined> {
  const { settings } = await context.effective();
  const named = policy ?? settings['models.retention'];
  if (named === undefined) return undefined;
  return (await policiesFor(context, { policy: [named] }, settings['models.tenant'] ?? 'models'))[0];
}

function planTable(items: readonly CleanupItem[]): readonly string[] {
  const rows = items.map(({ model, version, keep, why, bytes, addedAt }) => [
    keep ? 'keep' : 'remove',
    `${model}@${version}`,
    formatTime(addedAt),
    formatBytes(bytes),
    displayText(why),
  ]);
  return tableLines(
    ['PLAN', 'VERSION', 'ADDED', 'SIZE', 'WHY'].map((title) => ({ title })),
    rows,
  );
}

const nothing: CleanupResult = { removed: [], left: [], leftovers: 0 };

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as CleanupFlags;
  const { dryRun = false } = flags;
  const [model] = input.arguments;
  const policy = await policyOf(context, flags);
  const { timeZone } = await planTime(context);
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const plan = await registry.planCleanup({ model, policy, timeZone });
  const { removed, left, leftovers } = dryRun ? nothing : await registry.cleanup(plan);
  if (context.json) {
    const [all, gone, kept] = [plan.items, removed, left].map((items) => items.map(itemOutput));
    await emitObject(context.output, 'ModelCleanup', {
      dryRun,
      plan: all ?? [],
      removed: gone ?? [],
      left: kept ?? [],
      leftovers,
    });
    return EXIT.ok;
  }
  const { output, messages } = context;
  if (plan.items.length > 0) {
    const [head = '', ...rows] = planTable(plan.items);
    await output.write(`${[output.colors.bold(head), ...rows].join('\n')}\n`);
  }
  for (const item of left) messages.note(`${item.model}@${item.version} came into use meanwhile, and stays.`);
  const planned = plan.items.filter(({ keep }) => !keep).length;
  if (dryRun) {
    await output.line(`${formatNumberOf(planned, 'version')} would be removed`);
    messages.note('Nothing was changed.');
    return EXIT.ok;
  }
  await output.line(`${formatNumberOf(removed.length, 'version')} removed`);
  if (leftovers > 0)
    messages.note(`${formatNumberOf(leftovers, 'content')} let go that no version names: an add or delete was killed.`);
  if (removed.length + leftovers > 0) messages.note('The space comes back with `holdfast backup prune`.');
  return EXIT.ok;
}

/** `holdfast models cleanup`. */
export const modelsCleanup: CommandDefinition = {
  path: ['models', 'cleanup'],
  action: 'models.delete',
  whose: 'models',
  summary: 'Remove versions of models that have had their time',
  description:
    'By itself all versions of 7 days stay, one a day of 30, one a week of 90, and at most 50 of a model. What an alias points to stays, the parents of that, ' +
    'and the newest version of each model that is not damaged. Numbers are not given again, and the history keeps what versions were. ' +
    'Contents go, too, that no version names because somebody was killed a day ago or earlier while adding a file, or while deleting a version.',
  arguments: [{ name: '[model]', description: 'only this one (default: all)' }],
  options: [
    { flags: '--dry-run', description: 'show what would go, and why' },
    {
      flags: '--policy <policy>',
      description:
        '"7d 4w 12m", a name from the configuration or of a preset, or @FILE with JSON (default: models.retention)',
    },
    { flags: '--time-zone <zone>', description: 'whose days and weeks count (default: that of this machine)' },
  ],
  examples: [
    { call: 'holdfast models cleanup --dry-run', does: 'What would go, and why?' },
    { call: 'holdfast models cleanup price --policy 10last', does: 'The ten newest of one, and what is in use' },
  ],
  output: { shape: 'ModelCleanup' },
  run,
};
