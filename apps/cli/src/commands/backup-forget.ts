import type { ForgetResult } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { filterOf, findSnapshot, type FilterFlags } from '../compose/reference.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { snapshotTable } from '../render/snapshot.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface ForgetFlags extends FilterFlags {
  readonly dryRun?: boolean | undefined;
}

async function render(context: Context, { forgotten, givenUp }: ForgetResult, dryRun: boolean): Promise<void> {
  const { output, messages } = context;
  if (messages.quiet) {
    const ids = [...forgotten.map(({ id }) => id), ...givenUp];
    return output.write(ids.map((id) => `${id}\n`).join(''));
  }
  const verb = dryRun ? 'would be' : forgotten.length + givenUp.length === 1 ? 'is' : 'are';
  const lines: string[] = [];
  if (forgotten.length > 0) {
    const [head = '', ...rows] = snapshotTable(forgotten);
    lines.push(output.colors.bold(head), ...rows);
  }
  lines.push(...givenUp.map((id) => `${id} was taken away, and ${dryRun ? 'would be' : 'is'} given up`));
  lines.push(`${formatNumberOf(forgotten.length + givenUp.length, 'snapshot')} ${verb} forgotten`);
  await output.write(`${lines.join('\n')}\n`);
  messages.note(
    dryRun
      ? 'Nothing was changed.'
      : 'The space comes back with `holdfast backup prune`; --dry-run of it says how much.',
  );
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false, ...flags } = input.options as ForgetFlags;
  await using repository = await openConfigured(context);
  const snapshots: string[] = [];
  // What `latest` means is for the CLI to know; all others are looked up at once, before any is forgotten.
  for (const wanted of input.arguments) {
    snapshots.push(
      wanted === 'latest' ? (await findSnapshot(context, repository, { snapshot: wanted, flags })).id : wanted,
    );
  }
  const options = { snapshots, filter: filterOf(flags, context.workingDirectory), dryRun };
  const { forgotten, givenUp } = await context.timed('forget', () => repository.forget(options));
  if (context.json) await emitObject(context.output, 'ForgetRun', { dryRun, forgotten, givenUp });
  else await render(context, { forgotten, givenUp }, dryRun);
  return EXIT.ok;
}

/** `holdfast backup forget`. */
export const backupForget: CommandDefinition = {
  path: ['backup', 'forget'],
  summary: 'Forget snapshots',
  description:
    'They are gone from every list at once and can not be brought back; what only they need is deleted by the next ' +
    '`backup prune`. When one of the ids is not found or means several snapshots, none is forgotten. A snapshot that ' +
    'was taken away from the repository is given up by its whole id, and not missed any more.',
  arguments: [{ name: '<id...>', description: REFERENCE_ARGUMENT }],
  options: [{ flags: '--dry-run', description: 'show what would be forgotten' }, ...REFERENCE_OPTIONS],
  examples: [
    {
      call: 'holdfast backup forget 3f2a91bc before-upgrade',
      does: 'Two snapshots, by the beginning of an id and by name',
    },
    { call: 'holdfast backup forget 3f2a91bc --dry-run', does: 'Is it the right one?' },
  ],
  output: { shape: 'ForgetRun' },
  run,
};
