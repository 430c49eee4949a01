import { openConfigured } from '../compose/compose.ts';
import { drilling, OPERATIONS_OPTIONS } from '../compose/drills.ts';
import { judgeConfigured } from '../compose/objectives.ts';
import { openOperations } from '../compose/operations-store.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { objectiveTable, proofTable } from '../render/drills.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { tenant } = input.options as { readonly tenant?: string | undefined };
  const { book } = await openOperations(context);
  await using repository = await openConfigured(context);
  const { judgements, snapshots, drills } = await judgeConfigured(context, { repository, book }, tenant);
  const { restorability } = await drilling();
  const proofs = restorability({ snapshots, drills });
  if (context.json) await emitObject(context.output, 'DrillStatus', { judgements, proofs });
  else await render(context, { judgements, proofs });
  return judgements.some(({ status }) => status === 'breached') ? EXIT.damaged : EXIT.ok;
}

async function render(context: Context, { judgements, proofs }: ShapeOf<'DrillStatus'>): Promise<void> {
  const { output, messages } = context;
  const { bold, red } = output.colors;
  const [head = '', ...rows] = objectiveTable(judgements);
  const lines = [bold(head), ...rows.map((row, at) => (judgements[at]?.status === 'breached' ? red(row) : row))];
  const [proofHead = '', ...proofRows] = proofTable(proofs, messages.verbose);
  const proven = proofRows.length === 0 ? [] : ['', bold(proofHead), ...proofRows];
  await output.write(`${[...lines, ...proven].join('\n')}\n`);
  for (const { tenant, objective, status, todo } of judgements)
    if (status === 'breached' && todo !== null)
      messages.warn(displayText(`${objective} of ${tenant ?? 'all tenants'} is breached. ${todo}`));
}

/** `holdfast drill status`. */
export const drillStatusCommand: CommandDefinition = {
  path: ['drill', 'status'],
  action: 'drills.read',
  summary: 'Hold what was measured against what is promised, and say what is proven of snapshots',
  description:
    'Time to restore, RTO, RPO and rollbacks of each tenant, and how much of its newest snapshot was proven to come back (with --verbose: of each). What was never measured is ' +
    'unknown. Exits with 6 when an objective is breached.',
  options: [{ flags: '--tenant <name>', description: 'only a tenant' }, ...OPERATIONS_OPTIONS],
  examples: [
    { call: 'holdfast drill status', does: 'Could everything be restored, and in time?' },
    { call: 'holdfast drill status --json', does: 'The same for a report' },
  ],
  output: { shape: 'DrillStatus' },
  run,
};
