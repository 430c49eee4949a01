import type { OverwriteMode, Repository, SnapshotRecord } from '@x/backup-store';
import { checkInto, type IntoPlan, type IntoResult, planInto } from '../compose/into.ts';
import { saveTarget } from '../compose/into-safety.ts';
import { isSqliteUrl } from '../compose/sqlite-url.ts';
import { CliError, usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatCount } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';

/** Options of `backup restore` that concern `--into`. */
export interface IntoFlags {
  readonly into?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly overwrite?: OverwriteMode | undefined;
  readonly delete?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** `false` with `--no-safety-backup`. */
  readonly safetyBackup: boolean;
}

/** What is restored, and where to. */
export interface IntoRequest {
  readonly record: SnapshotRecord;
  readonly path?: string | undefined;
  readonly url: string;
}

/** Before anything is opened. @throws {CliError} `USAGE`. */
export function checkIntoFlags(context: Context, flags: IntoFlags): void {
  const { into, include, exclude, overwrite = 'never', delete: deletes } = flags;
  // One of SQLite is a file, and replaced as one.
  if (into === undefined || isSqliteUrl(into)) return;
  checkInto(into, context.env);
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

async function confirm(context: Context, plan: IntoPlan, yes: boolean): Promise<void> {
  const { messages, prompt } = context;
  const isAsked = plan.action === 'replace' && !yes;
  // Whoever is asked is told what about, even with --quiet.
  const say = (line: string): void => (isAsked ? messages.warn(line) : messages.note(line));
  for (const line of planLines(plan)) say(line);
  if (!isAsked) return;
  if (!prompt.available) {
    throw new CliError('NOT_CONFIRMED', 'Expected a confirmation that a database is replaced, got none', {
      hint: 'Look at the plan with --dry-run, then confirm it with --yes.',
    });
  }
  if (await prompt.confirm('Go on?')) return;
  throw new CliError('NOT_CONFIRMED', 'The restore was not confirmed; nothing was changed');
}

/** Restores one dump of a snapshot into a database. */
export async function restoreInto(
  context: Context,
  repository: Repository,
  request: IntoRequest & Omit<IntoFlags, 'into'>,
): Promise<ExitCode> {
  const { dryRun = false, yes = false, overwrite, safetyBackup, record, url } = request;
  const planned = await planInto(context, repository, { ...request, overwrite: overwrite === 'always' });
  const { plan, current: source } = planned;
  let safetySnapshot: string | undefined;
  const result: IntoResult | undefined = dryRun
    ? undefined
    : await planned.apply(async (known) => {
        await confirm(context, known, yes);
        if (known.action !== 'replace' || !safetyBackup) return;
        safetySnapshot = await saveTarget(context, repository, { source, url, record });
      });
  const { output, messages } = context;
  if (context.json) {
    const shown = result === undefined ? {} : { result: { bytes: result.bytes } };
    await emitObject(output, 'RestoreRun', { status: 'ok', dryRun, safetySnapshot, into: { plan, ...shown } });
  } else if (result === undefined) {
    await output.write(`${planLines(plan).join('\n')}\n`);
  } else if (!messages.quiet) {
    const done = output.colors.green('ok');
    await output.line(
      `restore into ${displayText(plan.target)}: ${done}; ${formatBytes(result.bytes)} of ${displayText(plan.path)}`,
    );
  }
  return EXIT.ok;
}
