import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, parseReference, snapshotPath, type FilterFlags } from '../compose/reference.ts';
import { entryOutput, jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { entryLine } from '../render/entry.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface LsFlags extends FilterFlags {
  /** `false` with `--no-recursive`. */
  readonly recursive: boolean;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as LsFlags;
  const { snapshot, path } = parseReference(input.arguments[0] ?? 'latest');
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot, flags });
  const entries = repository.entries(record.id, {
    path: path === undefined ? undefined : snapshotPath(record, path),
    recursive: flags.recursive,
    signal: context.signal,
  });
  const lines = async function* (): AsyncGenerator<string> {
    for await (const entry of entries) yield context.json ? jsonOf('Entry', entryOutput(entry)) : entryLine(entry);
  };
  await context.output.lines(lines());
  return EXIT.ok;
}

/** `holdfast backup ls`. */
export const backupLs: CommandDefinition = {
  path: ['backup', 'ls'],
  action: 'backup.list',
  summary: 'List the files of a snapshot',
  arguments: [{ name: '<id[:path]>', description: `${REFERENCE_ARGUMENT}; with a path, only what is there and below` }],
  options: [...REFERENCE_OPTIONS, { flags: '--no-recursive', description: 'only what is directly in it' }],
  examples: [
    { call: 'holdfast backup ls latest', does: 'Every file of the newest snapshot' },
    { call: 'holdfast backup ls before-upgrade:projects/web --no-recursive', does: 'One folder of a named snapshot' },
  ],
  output: { shape: 'Entry', lines: true },
  run,
};
