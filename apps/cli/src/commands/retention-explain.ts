import { type ItemFlags, itemSets } from '../compose/item-source.ts';
import { hasPolicy, KEEP_OPTIONS } from '../compose/keep-options.ts';
import { decideItems, type ExplainedItem, planTime } from '../compose/retention.ts';
import { CliError, usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { decisionOutput, momentOf, reasonLines } from '../render/decisions.ts';
import { displayText } from '../render/text.ts';
import { REFERENCE_OPTIONS } from './filter-options.ts';
import { ITEM_OPTIONS } from './item-options.ts';

interface ExplainFlags extends ItemFlags {
  readonly now?: number | undefined;
}

/** The one item that an id, or the beginning of one, means. */
function itemNamed(explained: readonly ExplainedItem[], id: string): ExplainedItem {
  const exact = explained.find(({ item }) => item.id === id);
  if (exact !== undefined) return exact;
  const found = id.length < 4 ? [] : explained.filter(({ item }) => item.id.startsWith(id));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new CliError('SNAPSHOT_NOT_FOUND', `Expected one item with the id ${JSON.stringify(id)}, got ${found.length}`, {
    hint: 'Write the whole id, or 4 characters of it or more. `holdfast retention plan` lists them.',
    details: found.slice(0, 10).map(({ item }) => item.id),
  });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as ExplainFlags;
  if (!hasPolicy(flags))
    throw usageError('Expected a policy, got none', 'Write --policy "7d 4w 12m", or --keep-daily 7.');
  const time = await planTime(context, flags.now);
  const explained = await decideItems(context, await itemSets(context, flags), { flags, time });
  const asked = input.arguments.map((id) => itemNamed(explained, id));
  const { output, json } = context;
  for (const one of asked) {
    if (json) await output.line(jsonOf('Decision', decisionOutput(one)));
    else
      await output.write(
        `${displayText(one.sentence)}\n  made ${momentOf(one.item)}\n${reasonLines(one).join('\n')}\n`,
      );
  }
  return EXIT.ok;
}

/** `holdfast retention explain`. */
export const retentionExplain: CommandDefinition = {
  path: ['retention', 'explain'],
  action: 'retention.read',
  summary: 'Say of single snapshots or items why they stay or go',
  description: 'One sentence, and below it every reason: also those that speak against what was decided.',
  arguments: [{ name: '<id...>', description: 'ids, or beginnings of them (4 characters or more)' }],
  options: [...ITEM_OPTIONS, ...KEEP_OPTIONS, ...REFERENCE_OPTIONS],
  examples: [
    { call: 'holdfast retention explain 3f2a91bc --policy nightly', does: 'Why is this snapshot still there?' },
    {
      call: 'holdfast retention explain 3f2a91bc --policy nightly --now 2027-06-01',
      does: 'And will it be next summer?',
    },
  ],
  output: { shape: 'Decision', lines: true },
  run,
};
