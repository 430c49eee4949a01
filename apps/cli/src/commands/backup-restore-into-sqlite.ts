import { currentSqlite, saveTarget } from '../compose/into-safety.ts';
import { type IntoOutcome, type IntoRequest, planIntoSqlite, restoreIntoSqlite } from '../compose/into-sqlite.ts';
import type { SafetyFlags } from '../compose/safety.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';

/** Flags of a restore into a database of SQLite. */
export interface IntoSqliteFlags extends SafetyFlags {
  readonly into?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** What is stopped and started around a restore with --into. */
export const SERVICE_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--stop-command <command>',
    description:
      'with --into and --in-place: a command line, given to sh, that stops what works with the database, the documents or the files',
  },
  {
    flags: '--start-command <command>',
    description:
      'with --into and --in-place: one that starts it again, whatever becomes of the restore; when it fails, what was there before is put back',
  },
];

function line({ path, target, bytes, replaced }: IntoOutcome): string {
  const done = replaced ? 'replaced' : 'made';
  return `restore of ${displayText(path)}: ok; ${displayText(target)} ${done}, ${formatBytes(bytes)}`;
}

/** `holdfast backup restore ID --into sqlite:/path`. */
export async function restoreOverSqlite(
  context: Context,
  flags: IntoSqliteFlags,
  what: Omit<IntoRequest, 'url' | 'stopCommand' | 'startCommand' | 'validateCommand'>,
): Promise<ExitCode> {
  const { into: url = '', dryRun = false, stopCommand, startCommand, safetyBackup } = flags;
  const validateCommand = flags.validate ? flags.validateCommand : undefined;
  const request: IntoRequest = { ...what, url, stopCommand, startCommand, validateCommand };
  const plan = planIntoSqlite(context, request);
  if (dryRun) {
    if (context.json) await emitObject(context.output, 'RestoreRun', { status: 'ok', dryRun });
    else
      await context.output.line(
        `${displayText(plan.path)} would ${plan.replaces ? 'replace' : 'become'} ${displayText(plan.target)}`,
      );
    return EXIT.ok;
  }
  const lines = plan.replaces
    ? [`${displayText(plan.target)} will be replaced; what was written to it since the backup will be gone.`]
    : [];
  const yes = flags.yes === true || !plan.replaces;
  await demandConfirmation(context, { what: 'restore into a database', lines, yes });
  let safetySnapshot: string | undefined;
  const save = async (path: string): Promise<void> => {
    const { repository, record } = what;
    const current = { sources: [await currentSqlite(path)] };
    safetySnapshot = await saveTarget(context, repository, { current, url, record });
  };
  const saving = safetyBackup ? { ...request, save } : request;
  const into = await context.timed('restore', () => restoreIntoSqlite(context, saving));
  if (context.json)
    await emitObject(context.output, 'RestoreRun', { status: 'ok', dryRun, safetySnapshot, sqlite: into });
  else if (!context.messages.quiet) await context.output.line(line(into));
  return EXIT.ok;
}
