import type { DrillResult } from '@x/operations/drills';
import { now } from '../clock.ts';
import { openConfigured } from '../compose/compose.ts';
import { dueDrills, OPERATIONS_OPTIONS, runDrills, wantedDrill, toldBook } from '../compose/drills.ts';
import { judgeConfigured, noteJudged } from '../compose/objectives.ts';
import { openOperations } from '../compose/operations-store.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { giveThreadsRoom } from '../process/v8-flags.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { drillLines, planTable } from '../render/drills.ts';
import { displayText } from '../render/text.ts';

interface RunFlags {
  readonly due?: boolean | undefined;
  readonly tenant?: string | undefined;
  readonly snapshot?: string | undefined;
  readonly full?: boolean | undefined;
  readonly validate?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

function checkFlags({ due, snapshot, full, validate }: RunFlags): void {
  if (full === true && validate === true)
    throw usageError('Expected --full or --validate, got both', 'Make two drills, one of each kind.');
  if (due === true && (snapshot !== undefined || full === true || validate === true))
    throw usageError(
      'Expected --due alone, got what is to be drilled with it',
      'With --due the configuration says what is drilled; leave out --snapshot, --full and --validate.',
    );
}

function exitOf(drills: readonly DrillResult[]): ExitCode {
  if (drills.some(({ status }) => status === 'failed')) return EXIT.damaged;
  return drills.some(({ status }) => status === 'notTried') ? EXIT.partial : EXIT.ok;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as RunFlags;
  checkFlags(flags);
  const { output, messages } = context;
  const { book } = await openOperations(context);
  await using repository = await openConfigured(context);
  const { settings } = await context.effective();
  const places = { repository, book: toldBook(context, book) };
  const wanted = {
    tenant: settings.tenant,
    snapshot: flags.snapshot,
    kind: flags.full === true ? 'full' : 'validate',
  } as const;
  const plan =
    flags.due === true
      ? await dueDrills(context, places, flags.tenant)
      : {
          at: new Date(now()).toISOString(),
          drills: [await wantedDrill(repository, wanted)],
          left: [],
          later: [],
          nothing: [],
        };
  if (flags.dryRun === true) {
    if (context.json) await emitObject(output, 'DrillPlan', plan);
    else if (plan.drills.length === 0) messages.note('Nothing is due.');
    else await output.write(`${planTable(plan).join('\n')}\n`);
    return EXIT.ok;
  }
  giveThreadsRoom();
  const drills = await runDrills(context, places, {
    drills: plan.drills,
    onEnd: async (result) => {
      if (!context.json && !messages.quiet) await output.write(`${drillLines(result).join('\n')}\n`);
    },
  });
  const judged = await judgeConfigured(context, places);
  const changed = await noteJudged(places, judged);
  const changes = judged.judgements
    .filter(({ tenant, objective }) =>
      changed.some((event) => (event.tenant ?? null) === tenant && event.details['objective'] === objective),
    )
    .map(({ tenant, objective, status }) => ({ tenant, objective, status }));
  await tell(context, { drills, left: plan.left.length, changes });
  return exitOf(drills);
}

async function tell(context: Context, told: ShapeOf<'DrillRun'>): Promise<void> {
  const { messages, output } = context;
  const { drills, left, changes } = told;
  if (context.json) return await emitObject(output, 'DrillRun', told);
  if (drills.length === 0) messages.note('Nothing is due.');
  const badly = drills.filter(({ status }) => status !== 'passed');
  if (badly.length > 0)
    messages.warn(
      displayText(
        `Drills that did not pass: ${badly.length} of ${drills.length}: ${badly.map(({ tenant, kind }) => `${tenant} (${kind})`).join(', ')}.`,
      ),
    );
  if (left > 0) messages.note(`Drills that are due and left for the next run: ${left}.`);
  for (const { tenant, objective, status } of changes) {
    const text = displayText(
      `Objective ${objective} of ${tenant ?? 'all tenants'} is ${status}: see \`holdfast drill status\`.`,
    );
    if (status === 'met') messages.note(text);
    else messages.warn(text);
  }
}

/** `holdfast drill run`. */
export const drillRunCommand: CommandDefinition = {
  path: ['drill', 'run'],
  action: 'drills.run',
  summary: 'Restore a snapshot for a drill, check it, measure how long it took, and throw it away',
  description:
    'With --due, those that the configuration wants by now: so it is run by a schedule, as ["drill", "run", "--due"]. Else one drill of the newest snapshot of ' +
    'the tenant. Results are remembered, objectives are judged, and what has changed is told. What drills have left that were killed is ' +
    'removed first. Exits with 6 when a drill fails, and with 3 when one could not be tried.',
  options: [
    { flags: '--due', description: 'make those that are due, of all tenants or of --tenant' },
    { flags: '--tenant <name>', description: 'whose snapshot' },
    { flags: '--snapshot <id>', description: 'id, beginning of an id, or name (default: the newest with content)' },
    { flags: '--validate', description: 'as `backup validate`, databases included (default)' },
    {
      flags: '--full',
      description: 'everything into a fresh folder, as after a loss, every file compared with its digest',
    },
    { flags: '--dry-run', description: 'only say what would be drilled' },
    { flags: '--sandbox <dir>', description: "folder to restore below (default: the system's for temporary files)" },
    {
      flags: '--scratch <url>',
      description:
        'a server to restore databases to: postgres://user@host/postgres or mysql://user@host; one for each kind',
      repeatable: true,
    },
    ...OPERATIONS_OPTIONS,
  ],
  examples: [
    { call: 'holdfast drill run --due', does: 'What a schedule runs every night' },
    { call: 'holdfast drill run --tenant property1 --full', does: 'How long would it take to get everything back?' },
    { call: 'holdfast drill run --due --dry-run', does: 'What would be drilled now' },
  ],
  output: { shape: 'DrillRun', dryRun: 'DrillPlan' },
  run,
};
