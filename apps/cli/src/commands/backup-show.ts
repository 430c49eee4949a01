import { openConfigured } from '../compose/compose.ts';
import { findSnapshot } from '../compose/reference.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { snapshotFacts } from '../render/snapshot.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [snapshot = 'latest'] = input.arguments;
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot, flags: input.options });
  if (context.json) await emitObject(context.output, 'Snapshot', record);
  else await context.output.write(`${snapshotFacts(record).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast backup show`. */
export const backupShow: CommandDefinition = {
  path: ['backup', 'show'],
  action: 'backup.list',
  summary: 'Show everything that is known of a snapshot',
  arguments: [{ name: '<id>', description: REFERENCE_ARGUMENT }],
  options: REFERENCE_OPTIONS,
  examples: [{ call: 'holdfast backup show latest', does: 'The newest of this tenant, machine and roots' }],
  output: { shape: 'Snapshot' },
  run,
};
