import { openConfigured } from '../compose/compose.ts';
import { warnOfUnfinished } from '../compose/safety.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { sayProblems } from '../render/problems.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [id] = input.arguments;
  await using repository = await openConfigured(context);
  const rollback = id === undefined ? undefined : await context.timed('roll back', () => repository.rollBack(id));
  const unfinished = await repository.unfinishedRestores();
  if (context.json) {
    await emitObject(context.output, 'RollbackRun', { unfinished, rollback });
  } else if (rollback === undefined) {
    if (unfinished.length === 0) context.messages.note('Every restore in place was finished.');
    await warnOfUnfinished(context, repository);
  } else {
    sayProblems(context.messages, rollback.problems);
    await context.output.line(
      `rollback: ${rollback.status}; ${formatNumberOf(rollback.filesWritten, 'file')} written, ` +
        `${formatNumberOf(rollback.entriesDeleted, 'entry', 'entries')} deleted`,
    );
  }
  return rollback === undefined || rollback.status === 'ok'
    ? EXIT.ok
    : exitCodeOfRun(rollback.status, rollback.problems);
}

/** `holdfast backup rollback`. */
export const backupRollback: CommandDefinition = {
  path: ['backup', 'rollback'],
  summary: 'Go back behind a restore in place that was not finished',
  description:
    'Makes everything that it has changed what it was before, from its safety snapshot, and leaves alone what else has changed ' +
    'since. Without an id: lists such restores of this machine.',
  arguments: [{ name: '[id]', description: 'of the restore, as the list shows it' }],
  examples: [
    { call: 'holdfast backup rollback', does: 'Was a restore left unfinished?' },
    { call: 'holdfast backup rollback 4f1c2a90b7d3e865', does: 'Go back behind it' },
  ],
  output: { shape: 'RollbackRun' },
  run,
};
