import type { OverwriteMode, Repository, SnapshotRecord } from '@x/backup-store';
import { isDocumentsUrl } from '../compose/documents-url.ts';
import { checkInto, type IntoPlan, planInto } from '../compose/into.ts';
import { restoreGuarded } from '../compose/guarded.ts';
import type { SafetyFlags } from '../compose/safety.ts';
import { isSqliteUrl, parseSqliteUrl } from '../compose/sqlite-url.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatCount } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';

/** Options of `backup restore` that concern `--into`. */
export interface IntoFlags extends SafetyFlags {
  readonly into?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly overwrite?: OverwriteMode | undefined;
  readonly delete?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** What is restored, and where to. */
export interface IntoRequest {
  readonly record: SnapshotRecord;
  readonly path?: string | undefined;
  readonly url: string;
}

/** Before anything is opened. @throws {CliError} `USAGE`; {BackupError} `INVALID_OPTION`. */
export async function checkIntoFlags(context: Context, flags: IntoFlags): Promise<void> {
  const { into, include, exclude, overwrite = 'never', delete: deletes } = flags;
  if (into === undefined) return;
  // One of SQLite is a file, and replaced as one.
  if (isSqliteUrl(into)) return void parseSqliteUrl(into, context.workingDirectory);
  if (isDocumentsUrl(into))
    throw usageError(
      'Expected --mode with --into file:, got none',
      'Documents are restored record by record: add --mode full, selective or merge; or restore files with --to.',
    );
  await checkInto(into, context.env);
  const useless = { '--include': include, '--exclude': exclude, '--delete': deletes };
  const given = Object.entries(useless).find(([, value]) => value !== undefined);
  if (given !== undefined)
    throw usageError(`Expected no ${given[0]} with --into, got one`, 'One dump is restored as a whole.');
  if (overwrite === 'never' || overwrite === 'always') return;
  throw usageError(
    `Expected --overwrite never or always with --into, got ${overwrite}`,
    'A dump has no times to compare.',
  );
}

const WORDS: Readonly<Record<IntoPlan['action'], string>> = {
  create: 'the database is made',
  fill: 'the database is empty',
  replace: 'what is there is replaced',
};

function planLines({ snapshot, path, bytes, target, server, action, items }: IntoPlan): readonly string[] {
  return [
    `Restore of ${shortId(snapshot)}:${displayText(path)} (${formatBytes(bytes)}) into ${displayText(target)}:`,
    `  ${WORDS[action]}${action === 'replace' ? ` (${formatCount(items)} tables or keys now)` : ''}; server ${displayText(server)}`,
  ];
}

/** Restores one dump of a snapshot into a database. */
export async function restoreInto(
  context: Context,
  repository: Repository,
  request: IntoRequest & Omit<IntoFlags, 'into'>,
): Promise<ExitCode> {
  const { dryRun = false, yes = false, overwrite, record, url } = request;
  const planned = await planInto(context, repository, { ...request, overwrite: overwrite === 'always' });
  const { plan, into } = planned;
  if (!dryRun)
    await demandConfirmation(context, {
      what: 'restore into a database',
      lines: planLines(plan),
      yes: yes || plan.action !== 'replace',
    });
  const done = dryRun ? undefined : await restoreGuarded(context, repository, { record, into, flags: request, url });
  const result = done?.result;
  const { output, messages } = context;
  if (context.json) {
    const shown = result === undefined ? {} : { result: { bytes: result.bytes } };
    const { safetySnapshot, validation } = done ?? {};
    const run = { status: 'ok', dryRun, safetySnapshot, validation, into: { plan, ...shown } } as const;
    await emitObject(output, 'RestoreRun', run);
  } else if (result === undefined) {
    await output.write(`${planLines(plan).join('\n')}\n`);
  } else if (!messages.quiet) {
    const ok = output.colors.green('ok');
    await output.line(
      `restore into ${displayText(plan.target)}: ${ok}; ${formatBytes(result.bytes)} of ${displayText(plan.path)}`,
    );
  }
  return EXIT.ok;
}
