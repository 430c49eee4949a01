import type { Difference, LiveDiffOptions, Repository, SnapshotRecord } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { standingSources } from '../compose/sources.ts';
import { findSnapshot, snapshotPath, type FilterFlags } from '../compose/reference.ts';
import { entryOutput, jsonOf } from '../output/emit.ts';
import { usageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatCount } from '../render/bytes.ts';
import { differenceLine } from '../render/entry.ts';
import { sayProblems } from '../render/problems.ts';
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

interface DiffFlags extends FilterFlags {
  readonly live?: boolean | undefined;
  readonly path?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly content?: LiveDiffOptions['content'];
}

function checkArguments({ live, path, exclude, content }: DiffFlags, after: string | undefined): void {
  if (live === true && after !== undefined)
    throw usageError(`Expected one snapshot with --live, got ${after} as well`, 'Leave one of the two out.');
  if (live !== true && after === undefined)
    throw usageError(
      'Expected two snapshots, got one',
      'Name another one, or compare with what is there now by --live.',
    );
  if (live !== true && [path, exclude, content].some((each) => each !== undefined))
    throw usageError('Expected --path, --exclude and --content with --live only', 'Leave them out, or add --live.');
}

/** What differs from the files on disk. What the configuration leaves out of backups is left out here as well. */
async function liveDifferences(
  context: Context,
  repository: Repository,
  { record, flags }: { readonly record: SnapshotRecord; readonly flags: DiffFlags },
): Promise<AsyncIterable<Difference>> {
  const standing = await standingSources(context, await context.effective());
  const { path: paths, exclude = [], content } = flags;
  return repository.diffLive(record.id, {
    paths: paths?.map((path) => snapshotPath(record, path)),
    exclude: [...(standing?.exclude ?? []), ...exclude],
    content,
    onProblem: (problem) => sayProblems(context.messages, [problem]),
    signal: context.signal,
  });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as DiffFlags;
  const [before = '', after] = input.arguments;
  checkArguments(flags, after);
  await using repository = await openConfigured(context);
  const from = await findSnapshot(context, repository, { snapshot: before, flags });
  // A moment is about the first of the two.
  const differences =
    after === undefined
      ? await liveDifferences(context, repository, { record: from, flags })
      : repository.diff(
          from.id,
          (await findSnapshot(context, repository, { snapshot: after, flags: { ...flags, at: undefined } })).id,
          { signal: context.signal },
        );
  const counts = { added: 0, removed: 0, content: 0, metadata: 0, kind: 0 };
  const lines = async function* (): AsyncGenerator<string> {
    for await (const difference of differences) {
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
  action: 'backup.list',
  summary: 'List what differs between two snapshots, or a snapshot and what is there now',
  description:
    '+ added, - removed, M other content, m other metadata only, T another kind of entry. Databases and records: `holdfast backup compare`.',
  arguments: [
    { name: '<before>', description: `${REFERENCE_ARGUMENT}; --at is about this one` },
    { name: '[after]', description: `${REFERENCE_ARGUMENT}; none with --live` },
  ],
  options: [
    { flags: '--live', description: 'compare with the files on disk now' },
    {
      flags: '--path <path>',
      description: 'with --live: only what is there and below; may be repeated',
      repeatable: true,
    },
    {
      flags: '--exclude <glob>',
      description: 'with --live: leave out what matches; may be repeated',
      repeatable: true,
    },
    {
      flags: '--content <when>',
      description: 'with --live: read files when size is the same and time is not (default), or always',
      choices: ['when-needed', 'always'],
    },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup diff before-upgrade latest', does: 'What did the upgrade change?' },
    { call: 'holdfast backup diff latest --live', does: 'What has changed on disk since then?' },
    { call: "holdfast backup diff latest latest --at '3 days ago'", does: 'What has changed in three days?' },
  ],
  output: { shape: 'Difference', lines: true },
  run,
};
