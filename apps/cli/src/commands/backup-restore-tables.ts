import type { OverwriteMode, Repository, SnapshotRecord } from '@x/backup-store';
import { restoreGuarded } from '../compose/guarded.ts';
import type { SafetyFlags } from '../compose/safety.ts';
import { checkTablesUrl, planTables, type TablesPlan } from '../compose/into-tables.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';

/** Flags of a restore of single tables, and those that say nothing for one. */
export interface TablesFlags extends SafetyFlags {
  readonly table?: readonly string[] | undefined;
  readonly into?: string | undefined;
  readonly mode?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly delete?: boolean | undefined;
  readonly overwrite?: OverwriteMode | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** The option that asks for it. */
export const TABLE_OPTION: OptionDefinition = {
  flags: '--table <name>',
  description:
    'with --into: only this table of the dump, or those of a pattern such as ml_*, with or without a schema, in one transaction; ' +
    'what is there is replaced with --overwrite always; may be repeated',
  repeatable: true,
};

/** Before anything is opened. @throws {CliError} `USAGE`. */
export function checkTablesFlags(context: Context, flags: TablesFlags): void {
  if (flags.table === undefined) return;
  const { into, mode, include, exclude, delete: deletes, overwrite = 'never' } = flags;
  if (into === undefined) {
    throw usageError('Expected --into URL with --table, got none', 'Files of a snapshot are chosen with --include.');
  }
  if (mode !== undefined)
    throw usageError(
      'Expected no --table with --mode, got one',
      'Records of one table: --mode selective --module NAME.',
    );
  const useless = Object.entries({
    '--include': include,
    '--exclude': exclude,
    '--delete': deletes,
  }).find(([, value]) => value !== undefined);
  if (useless !== undefined) {
    throw usageError(
      `Expected no ${useless[0]} with --table, got one`,
      'Tables are replaced in one transaction, while others work with the database.',
    );
  }
  if (overwrite !== 'never' && overwrite !== 'always')
    throw usageError(
      `Expected --overwrite never or always with --table, got ${overwrite}`,
      'A dump has no times to compare.',
    );
  checkTablesUrl(into, context.env);
}

function planLine({ snapshot, path, target, tables }: TablesPlan, replaces: boolean): string {
  return (
    `Restore of ${tables.map(displayText).join(', ')} from ${shortId(snapshot)}:${displayText(path)} into ${displayText(target)}: ` +
    `tables that are there are ${replaces ? 'replaced' : 'refused'}`
  );
}

/** `holdfast backup restore ID --into URL --table NAME`. */
export async function restoreTables(
  context: Context,
  flags: TablesFlags,
  what: { readonly repository: Repository; readonly record: SnapshotRecord; readonly path?: string | undefined },
): Promise<ExitCode> {
  const { into: url = '', table: tables = [], dryRun = false, yes = false } = flags;
  const { repository, record } = what;
  const replaces = flags.overwrite === 'always';
  const { plan, into } = await planTables(context, { ...what, url, tables, clean: replaces });
  if (!dryRun) {
    const lines = replaces ? [planLine(plan, replaces)] : [];
    await demandConfirmation(context, { what: 'restore of tables', lines, yes: yes || !replaces });
  }
  const done = dryRun ? undefined : await restoreGuarded(context, repository, { record, into, flags, url });
  const result = done?.result;
  const { output, messages, json } = context;
  if (json) {
    const { safetySnapshot, validation } = done ?? {};
    const run = { status: 'ok', dryRun, safetySnapshot, validation, tables: { plan, result } } as const;
    await emitObject(output, 'RestoreRun', run);
  } else if (result === undefined) await output.line(planLine(plan, replaces));
  else if (!messages.quiet) {
    await output.line(
      `restore into ${displayText(plan.target)}: ${output.colors.green('ok')}; ${formatNumberOf(result.tables, 'table')}, ` +
        `${result.replaced} of them replaced, from ${formatBytes(result.bytes)} of ${displayText(plan.path)}`,
    );
  }
  return EXIT.ok;
}
