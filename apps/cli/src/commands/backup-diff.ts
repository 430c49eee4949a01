import type { Difference } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, type FilterFlags } from '../compose/reference.ts';
import { entryOutput, jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatCount } from '../render/bytes.ts';
import { differenceLine } from '../render/entry.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

function jsonText({ change, path, pathBase64, before, after }: Difference): string {
  return jsonOf('Difference', {
    change,
    path,
    pathBase64,
    before: before && entryOutput(before),
    after: after && entryOutput(after),
  });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as FilterFlags;
  const [before = '', after = ''] = input.arguments;
  await using repository = await openConfigured(context);
  const from = await findSnapshot(context, repository, { snapshot: before, flags });
  // A moment is about the first of the two.
  const to = await findSnapshot(context, repository, { snapshot: after, flags: { ...flags, at: undefined } });
  const counts = { added: 0, removed: 0, content: 0, metadata: 0, kind: 0 };
  const lines = async function* (): AsyncGenerator<string> {
    for await (const difference of repository.diff(from.id, to.id, { signal: context.signal })) {
      counts[difference.change]++;
      yield context.json ? jsonText(difference) : differenceLine(difference);
    }
  };
  await context.output.lines(lines());
  context.messages.note(
    `${formatCount(counts.added)} added, ${formatCount(counts.removed)} removed, ${formatCount(counts.content)} changed, ` +
      `${formatCount(counts.metadata)} with other metadata only, ${formatCount(counts.kind)} of another kind`,
  );
  return EXIT.ok;
}

/** `holdfast backup diff`. */
export const backupDiff: CommandDefinition = {
  path: ['backup', 'diff'],
  summary: 'List what differs between two snapshots',
  description: '+ added, - removed, M other content, m other metadata only, T another kind of entry.',
  arguments: [
    { name: '<before>', description: `${REFERENCE_ARGUMENT}; --at is about this one` },
    { name: '<after>', description: REFERENCE_ARGUMENT },
  ],
  options: REFERENCE_OPTIONS,
  examples: [
    { call: 'holdfast backup diff before-upgrade latest', does: 'What did the upgrade change?' },
    { call: "holdfast backup diff latest latest --at '3 days ago'", does: 'What has changed in three days?' },
  ],
  output: { shape: 'Difference', lines: true },
  run,
};
