import { type ItemFlags, itemSets } from '../compose/item-source.ts';
import { POLICY_OPTIONS } from '../compose/keep-options.ts';
import { decideItems, type ExplainedItem, planTime, shownId } from '../compose/retention.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { momentOf } from '../render/decisions.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { REFERENCE_OPTIONS } from './filter-options.ts';
import { ITEM_OPTIONS } from './item-options.ts';

interface CompareFlags extends ItemFlags {
  readonly with?: readonly string[] | undefined;
  readonly now?: number | undefined;
}

/** An item and what both policies make of it. */
interface Pair {
  readonly first: ExplainedItem;
  readonly second: ExplainedItem;
}

const keptBy = ({ first, second }: Pair): 'both' | 'onlyFirst' | 'onlySecond' | 'neither' =>
  first.decision.keep ? (second.decision.keep ? 'both' : 'onlyFirst') : second.decision.keep ? 'onlySecond' : 'neither';

function differences(pairs: readonly Pair[]): readonly string[] {
  const rows = pairs
    .filter((pair) => pair.first.decision.keep !== pair.second.decision.keep)
    .map(({ first, second }) => [
      first.decision.keep ? 'first' : 'second',
      displayText(shownId(first.item.id)),
      momentOf(first.item),
      displayText((first.decision.keep ? first : second).sentence),
    ]);
  if (rows.length === 0) return [];
  return tableLines([{ title: 'KEPT ONLY BY' }, { title: 'ID' }, { title: 'TIME' }, { title: 'WHY' }], rows);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { with: other = [], ...flags } = input.options as CompareFlags;
  if ((flags.policy ?? []).length === 0 || other.length === 0) {
    throw usageError('Expected --policy and --with, got one of them or none', 'Write --policy "7d" --with "14d 4w".');
  }
  const time = await planTime(context, flags.now);
  const sets = await itemSets(context, flags);
  const first = await decideItems(context, sets, { flags, time });
  const second = await decideItems(context, sets, { flags: { ...flags, policy: other }, time });
  const pairs = first.map((one, position): Pair => ({ first: one, second: second[position] as ExplainedItem }));
  const ids = { both: [], onlyFirst: [], onlySecond: [], neither: [] } as Record<ReturnType<typeof keptBy>, string[]>;
  for (const pair of pairs) ids[keptBy(pair)].push(pair.first.item.id);
  const bytes = pairs.reduce(
    (sum, pair) =>
      sum + (Number(pair.second.decision.keep) - Number(pair.first.decision.keep)) * (pair.first.item.bytes ?? 0),
    0,
  );
  if (context.json) {
    await emitObject(context.output, 'PolicyComparison', { ...ids, bytes });
    return EXIT.ok;
  }
  const [head, ...rows] = differences(pairs);
  if (head !== undefined) await context.output.write(`${[context.output.colors.bold(head), ...rows].join('\n')}\n`);
  const size = bytes === 0 ? '' : `; the second ${formatBytes(Math.abs(bytes))} ${bytes > 0 ? 'more' : 'less'}`;
  const counts = `${ids.both.length} by both, ${ids.onlyFirst.length} only by the first, ${ids.onlySecond.length} only by the second`;
  await context.output.line(`of ${formatNumberOf(pairs.length, 'item')} are kept: ${counts}${size}`);
  return EXIT.ok;
}

/** `holdfast retention compare`. */
export const retentionCompare: CommandDefinition = {
  path: ['retention', 'compare'],
  action: 'retention.read',
  summary: 'Say what another policy would do to the same snapshots or items',
  options: [
    ...ITEM_OPTIONS,
    ...POLICY_OPTIONS,
    { flags: '--with <policy>', description: 'the other policy, written the same way', repeatable: true },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast retention compare --policy nightly --with "14d 8w 24m"',
      does: 'What would a longer policy keep, and how much would that take?',
    },
  ],
  output: { shape: 'PolicyComparison' },
  run,
};
