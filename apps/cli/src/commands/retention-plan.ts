import { type ItemFlags, itemSets } from '../compose/item-source.ts';
import { hasPolicy, KEEP_OPTIONS } from '../compose/keep-options.ts';
import { COVERS_NOTHING, coversNothing, decideItems, type ExplainedItem, planTime } from '../compose/retention.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { decisionOutput, decisionTable } from '../render/decisions.ts';
import { REFERENCE_OPTIONS } from './filter-options.ts';
import { ITEM_OPTIONS, SVG_OPTION } from './item-options.ts';
import { drawPlan } from './retention-picture.ts';

interface PlanFlags extends ItemFlags {
  readonly now?: number | undefined;
  readonly svg?: string | undefined;
}

const bytesOf = (explained: readonly ExplainedItem[]): number =>
  explained.reduce((sum, { item }) => sum + (item.bytes ?? 0), 0);

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as PlanFlags;
  if (!hasPolicy(flags))
    throw usageError('Expected a policy, got none', 'Write --policy "7d 4w 12m", or --keep-daily 7.');
  const time = await planTime(context, flags.now);
  const explained = await decideItems(context, await itemSets(context, flags), { flags, time });
  await drawPlan(context, flags.svg, { explained, time });
  const kept = explained.filter(({ decision }) => decision.keep);
  const removed = explained.filter(({ decision }) => !decision.keep);
  const [bytesKept, bytesRemoved] = [bytesOf(kept), bytesOf(removed)];
  const { output, messages } = context;
  if (context.json) {
    const counts = { kept: kept.length, removed: removed.length, bytesKept, bytesRemoved };
    const decisions = explained.map(decisionOutput);
    const now = new Date(time.now).toISOString();
    await emitObject(output, 'RetentionPlan', { now, timeZone: time.timeZone, ...counts, decisions });
  } else if (messages.quiet) {
    await output.write(removed.map(({ item }) => `${item.id}\n`).join(''));
  } else {
    const [head = '', ...rows] = decisionTable(explained, 'remove');
    if (rows.length > 0) await output.write(`${[output.colors.bold(head), ...rows].join('\n')}\n`);
    const size = (bytes: number): string => (bytes === 0 ? '' : ` (${formatBytes(bytes)})`);
    const stay = `${formatNumberOf(kept.length, 'item')}${size(bytesKept)} stay${kept.length === 1 ? 's' : ''}`;
    const go = `${formatNumberOf(removed.length, 'item')}${size(bytesRemoved)} ${removed.length === 1 ? 'goes' : 'go'}`;
    await output.line(`${stay}, ${go}`);
    if (coversNothing(explained)) messages.warn(COVERS_NOTHING);
    messages.note('Nothing was changed.');
  }
  return EXIT.ok;
}

/** `holdfast retention plan`. */
export const retentionPlan: CommandDefinition = {
  path: ['retention', 'plan'],
  action: 'retention.read',
  summary: 'Say what a policy keeps and removes, and why',
  description:
    'Of the snapshots of the repository, or of any items: objects with `id` and `time` (ISO 8601), and if you like `kind`, `group`, ' +
    '`tags`, `bytes`, `version`, `parent`, `good`, `hold`, `retainUntil`, `immutable`, `inUse`. Removes nothing; with --quiet it prints ' +
    'just the ids of what would go, one a line.',
  options: [...ITEM_OPTIONS, ...KEEP_OPTIONS, SVG_OPTION, ...REFERENCE_OPTIONS],
  examples: [
    { call: 'holdfast retention plan --policy "7d 4w 12m"', does: 'Which snapshots would stay?' },
    {
      call: 'holdfast retention plan --items dumps.json --policy tenant --svg plan.svg',
      does: 'A preset for items of your own, with a picture',
    },
    { call: 'holdfast retention plan --items - --keep-last 5 --quiet < items.jsonl', does: 'What a script may remove' },
  ],
  output: { shape: 'RetentionPlan' },
  run,
};
