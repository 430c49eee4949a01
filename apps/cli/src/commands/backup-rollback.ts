import type { Repository, RollbackResult } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { restoredPlace } from '../compose/restored-place.ts';
import { warnOfUnfinished } from '../compose/safety.ts';
import { startLeftServices, stopServiceOf } from '../compose/left-services.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { sayProblems } from '../render/problems.ts';
import { displayText } from '../render/text.ts';

/** What going back did, and in which place. */
interface Returned extends RollbackResult {
  readonly into?: string | undefined;
}

async function rollBack(context: Context, repository: Repository, id: string): Promise<Returned> {
  const unfinished = (await repository.unfinishedRestores()).find((each) => each.id === id);
  await using held = unfinished && (await restoredPlace(context, unfinished));
  const place = held?.place;
  const prepare = async (): Promise<void> => await stopServiceOf(context, repository, id);
  let isBack = false;
  try {
    const rollback = await context.timed('roll back', () => repository.rollBack(id, { place, prepare }));
    isBack = true;
    return { ...rollback, into: place?.name };
  } finally {
    // To start what was stopped for it would finish what was to be undone.
    await startLeftServices(context, repository, { except: isBack ? undefined : id });
  }
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [id] = input.arguments;
  await using repository = await openConfigured(context);
  if (id === undefined) await startLeftServices(context, repository, { goesBack: true });
  const rollback = id === undefined ? undefined : await rollBack(context, repository, id);
  const unfinished = await repository.unfinishedRestores();
  if (context.json) {
    await emitObject(context.output, 'RollbackRun', { unfinished, rollback });
  } else if (rollback === undefined) {
    if (unfinished.length === 0) context.messages.note('Every restore over what was there was finished.');
    await warnOfUnfinished(context, repository);
  } else if (rollback.into !== undefined) {
    const { kept = [] } = rollback;
    for (const each of kept) context.messages.note(`kept, as others have written it since: ${displayText(each)}`);
    const state = kept.length === 0 ? '' : ', but for what others have written since';
    await context.output.line(`rollback: ok; ${displayText(rollback.into)} is as it was before${state}`);
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
  action: 'backup.restore',
  summary: 'Go back behind a restore that was not finished',
  description:
    'Makes everything that a restore in place, or into a database, has changed what it was before, from its safety snapshot, and leaves ' +
    'alone what else has changed since: other files, and with --table and --mode other tables. Passwords come from where the ' +
    'restore had them. A service that was stopped for it is started again. Without an id: lists such restores of this machine.',
  arguments: [{ name: '[id]', description: 'of the restore, as the list shows it' }],
  examples: [
    { call: 'holdfast backup rollback', does: 'Was a restore left unfinished?' },
    { call: 'holdfast backup rollback 4f1c2a90b7d3e865', does: 'Go back behind it' },
  ],
  output: { shape: 'RollbackRun' },
  run,
};
