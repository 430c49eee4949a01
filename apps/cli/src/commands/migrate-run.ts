import type { Direction, MigrateOptions, MigrationPlan } from '@x/versioning/migrate';
import { openMigrator } from '../compose/migrations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { migrationPlanLines, migrationWarningLines } from '../render/migrate.ts';
import { displayText } from '../render/text.ts';
import { formatDuration } from '../render/time.ts';

/** What both directions have in common on the command line. */
export interface RunFlags {
  readonly phase?: readonly ('expand' | 'data' | 'contract')[] | undefined;
  readonly dryRun?: true | undefined;
}

/** Plans, and runs what was planned unless it is to be shown only. */
export async function runMigrations(
  context: Context,
  direction: Direction,
  { dryRun = false, ...options }: MigrateOptions & { readonly dryRun?: boolean | undefined },
): Promise<ExitCode> {
  const { migrator, database } = await openMigrator(context);
  const { signal } = context;
  const plan = await context.timed('plan', () => migrator.plan(direction, { ...options, signal }));
  for (const line of migrationWarningLines(plan.warnings)) context.messages.warn(line);
  if (dryRun) return showPlan(context, database, plan);
  const applied = await context.timed('migrate', () => migrator.apply(plan, { signal }));
  const { output } = context;
  if (context.json) await emitObject(output, 'MigrationRun', { database, direction, applied, warnings: plan.warnings });
  else if (applied.length === 0) context.messages.note('Nothing to run.');
  else {
    for (const { id, ms, statements } of applied) {
      await output.line(
        `${direction} ${displayText(id)}: ${formatNumberOf(statements, 'statement')}, ${formatDuration(ms)}`,
      );
    }
  }
  return EXIT.ok;
}

async function showPlan(context: Context, database: string, plan: MigrationPlan): Promise<ExitCode> {
  if (context.json) await emitObject(context.output, 'MigrationPlan', { database, ...plan });
  else await context.output.write(`${migrationPlanLines(plan).join('\n')}\n`);
  return EXIT.ok;
}
