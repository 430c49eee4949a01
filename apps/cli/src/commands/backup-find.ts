import { openConfigured } from '../compose/compose.ts';
import { filterOf, findSnapshot, type FilterFlags } from '../compose/reference.ts';
import { entryOutput, jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { entryLine } from '../render/entry.ts';
import { shortId } from '../render/snapshot.ts';
import { AT_OPTION, LIST_OPTIONS, REFERENCE_ARGUMENT } from './filter-options.ts';

interface FindFlags extends FilterFlags {
  readonly snapshot?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as FindFlags;
  const [glob = ''] = input.arguments;
  await using repository = await openConfigured(context);
  const wanted = flags.snapshot ?? (flags.at === undefined ? undefined : 'latest');
  const snapshot =
    wanted === undefined ? undefined : (await findSnapshot(context, repository, { snapshot: wanted, flags })).id;
  const filter = filterOf(flags, context.workingDirectory);
  const found = repository.find({ ...(snapshot === undefined ? filter : { snapshot }), glob, signal: context.signal });
  let any = false;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const entry of found) {
      any = true;
      if (context.json) yield jsonOf('FoundEntry', { ...entryOutput(entry), snapshot: entry.snapshot });
      else yield `${shortId(entry.snapshot)} ${entryLine(entry)}`;
    }
  };
  await context.output.lines(lines());
  if (!any) context.messages.note('Nothing matches.');
  return EXIT.ok;
}

/** `holdfast backup find`. */
export const backupFind: CommandDefinition = {
  path: ['backup', 'find'],
  action: 'backup.list',
  summary: 'Find files in all snapshots by a glob',
  arguments: [{ name: '<glob>', description: 'a pattern without "/" matches names at any depth' }],
  options: [
    { flags: '--snapshot <id>', description: `only in this one: ${REFERENCE_ARGUMENT}` },
    { ...AT_OPTION, description: 'only in one snapshot: the newest at or before this moment' },
    ...LIST_OPTIONS,
  ],
  examples: [
    { call: "holdfast backup find '*.sqlite'", does: 'In which snapshots are there databases?' },
    { call: "holdfast backup find 'src/**/*.ts' --snapshot latest", does: 'In one snapshot' },
  ],
  output: { shape: 'FoundEntry', lines: true },
  run,
};
