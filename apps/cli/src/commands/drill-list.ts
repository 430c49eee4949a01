import { openConfigured } from '../compose/compose.ts';
import { drilling, dueDrills, OPERATIONS_OPTIONS } from '../compose/drills.ts';
import { openOperations } from '../compose/operations-store.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { drillTable, planTable } from '../render/drills.ts';
import { displayText } from '../render/text.ts';
import { wholeNumber } from './schedule-options.ts';
import { writeLines } from './write-table.ts';

interface ListFlags {
  readonly tenant?: string | undefined;
  readonly limit?: number | undefined;
}

async function list(context: Context, input: CommandInput): Promise<ExitCode> {
  const { tenant, limit = 20 } = input.options as ListFlags;
  const { book } = await openOperations(context);
  const { drillHistory } = await drilling();
  const drills = (await drillHistory(book, { tenant })).toReversed().slice(0, limit);
  if (context.json) await emitObject(context.output, 'DrillList', { drills });
  else if (drills.length === 0) context.messages.note('Nothing was drilled yet.');
  else await writeLines(context, drillTable(drills));
  return EXIT.ok;
}

async function plan(context: Context, input: CommandInput): Promise<ExitCode> {
  const { tenant } = input.options as ListFlags;
  const { book } = await openOperations(context);
  await using repository = await openConfigured(context);
  const planned = await dueDrills(context, { repository, book }, tenant);
  if (context.json) {
    await emitObject(context.output, 'DrillPlan', planned);
    return EXIT.ok;
  }
  const { drills, left, later, nothing } = planned;
  if (drills.length + left.length + later.length === 0) context.messages.note('Nothing is going to be drilled.');
  else await writeLines(context, planTable(planned));
  for (const name of nothing)
    context.messages.warn(`Tenant ${displayText(name)} has no snapshot that can be restored.`);
  return EXIT.ok;
}

/** `holdfast drill list`. */
export const drillListCommand: CommandDefinition = {
  path: ['drill', 'list'],
  action: 'drills.read',
  summary: 'List drills, latest first: what they took, and how much they proved',
  description: 'With --json each has its checks and what it found.',
  options: [
    { flags: '--tenant <name>', description: 'only those of a tenant' },
    { flags: '--limit <n>', description: 'no more than this many (default: 20)', parse: wholeNumber },
    ...OPERATIONS_OPTIONS,
  ],
  examples: [{ call: 'holdfast drill list --tenant property1', does: 'What became of drills of a tenant' }],
  output: { shape: 'DrillList' },
  run: list,
};

/** `holdfast drill plan`. */
export const drillPlanCommand: CommandDefinition = {
  path: ['drill', 'plan'],
  action: 'drills.read',
  summary: 'Say which snapshot of which tenant is drilled now, and what later',
  options: [{ flags: '--tenant <name>', description: 'only those of a tenant' }, ...OPERATIONS_OPTIONS],
  examples: [{ call: 'holdfast drill plan', does: 'What is due, and when the rest is' }],
  output: { shape: 'DrillPlan' },
  run: plan,
};
