import { openConfigured } from '../compose/compose.ts';
import { filterOf } from '../compose/reference.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { snapshotTable } from '../render/snapshot.ts';
import { LIST_OPTIONS } from './filter-options.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  await using repository = await openConfigured(context);
  const filter = filterOf(input.options, context.workingDirectory);
  const snapshots = await context.timed('list snapshots', () => repository.snapshots(filter));
  if (context.json) {
    await emitObject(context.output, 'SnapshotList', { snapshots });
  } else if (snapshots.length === 0) {
    context.messages.note('No snapshots.');
  } else {
    const [head = '', ...rows] = snapshotTable(snapshots);
    await context.output.write(`${[context.output.colors.bold(head), ...rows].join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast backup list`. */
export const backupList: CommandDefinition = {
  path: ['backup', 'list'],
  action: 'backup.list',
  aliases: ['snapshots'],
  summary: 'List the snapshots, oldest first',
  description: 'Without options: of all tenants and machines.',
  options: LIST_OPTIONS,
  examples: [
    { call: 'holdfast backup list', does: 'All snapshots' },
    { call: 'holdfast backup list --tag nightly --after 2026-11-01 --json', does: 'Some of them, for a program' },
  ],
  output: { shape: 'SnapshotList' },
  run,
};
