import type { OperationEvent } from '@x/operations';
import type { CheckUptime } from '@x/operations/health';
import { openHealth } from '../compose/health.ts';
import { watchHealth } from '../compose/health-watch.ts';
import { writeTold } from '../compose/write-events.ts';
import { type ListenAddress, listenAddress } from '../config/listen-address.ts';
import { demandPast } from '../config/past-moment.ts';
import { emitObject, jsonOf } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput, OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { changeCells, checkCells, healthEventText, uptimeCells } from '../render/health.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { wholeNumber } from './schedule-options.ts';
import { writeTable } from './write-table.ts';

interface HealthFlags {
  readonly watch?: true | undefined;
  readonly listen?: ListenAddress | undefined;
  readonly details?: true | undefined;
}

async function once(context: Context): Promise<ExitCode> {
  const { health } = await openHealth(context);
  const report = await health.check(context.signal);
  if (context.json) await emitObject(context.output, 'HealthReport', report);
  else {
    await writeTable(context, ['CHECK', 'STATE', 'FOR', 'TOOK', 'FOUND'], checkCells(report));
    for (const { name, hint, latest } of report.checks)
      if (hint !== undefined && latest !== 'healthy')
        context.messages.note(`${displayText(name)}: ${displayText(hint)}`);
  }
  // Whoever asks once wants to know how it is now, and not whether it was so before.
  return report.latest === 'unhealthy' ? EXIT.failed : EXIT.ok;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { watch, listen, details = false } = input.options as HealthFlags;
  if (watch !== true && listen === undefined) return once(context);
  let printed = Promise.resolve();
  const onEvent = (event: OperationEvent): void => {
    void writeTold(context);
    const line = context.json
      ? jsonOf('HealthEvent', eventOutput(event))
      : `${formatTime(event.at)}  ${healthEventText(event)}`;
    printed = printed.then(async () => context.output.line(line));
  };
  await watchHealth(context, {
    listen,
    details,
    onEvent,
    onReady: ({ checks, location, url }) => {
      const where = url === undefined ? '' : `, answers at ${url}/readyz and /healthz`;
      context.messages.note(
        `${formatNumberOf(checks, 'check')}, kept in ${displayText(location)}${where}. Ctrl-C ends it.`,
      );
    },
  });
  await printed;
  return EXIT.ok;
}

function eventOutput({ at, name, level, host, details }: OperationEvent): ShapeOf<'HealthEvent'> {
  const known = (['health.failed', 'health.recovered'] as const).find((each) => each === name);
  return { at, name: known ?? 'health.unrecorded', level, host, details };
}

interface HistoryFlags {
  readonly limit?: number | undefined;
  readonly since?: number | undefined;
}

async function history(context: Context, input: CommandInput): Promise<ExitCode> {
  const [check] = input.arguments;
  const { limit = 20, since } = input.options as HistoryFlags;
  const { health } = await openHealth(context);
  const changes = await health.history({ check, limit, fromMs: since });
  const uptime = (await health.uptime()).filter((each) => check === undefined || each.check === check);
  if (context.json) {
    await emitObject(context.output, 'HealthHistory', {
      changes: changes.map(({ atMs, ...change }) => ({ ...change, at: new Date(atMs).toISOString() })),
      uptime: uptime.map(uptimeOutput),
    });
  } else if (changes.length === 0 && uptime.length === 0) context.messages.note('Nobody has looked yet.');
  else {
    await writeTable(context, ['CHECK', '24 HOURS', '7 DAYS', '30 DAYS', '90 DAYS'], uptime.map(uptimeCells));
    await context.output.line('');
    await writeTable(context, ['WHEN', 'CHECK', 'STATE', 'FOUND'], changes.map(changeCells));
  }
  return EXIT.ok;
}

function uptimeOutput({ check, kind, ...windows }: CheckUptime): ShapeOf<'HealthHistory'>['uptime'][number] {
  const of = ({ upMs, degradedMs, downMs, unknownMs, percent, knownPercent }: CheckUptime['day']) => {
    return { upMs, degradedMs, downMs, unknownMs, percent, knownPercent };
  };
  const { day, week, month, quarter } = windows;
  return { check, kind, day: of(day), week: of(week), month: of(month), quarter: of(quarter) };
}

const OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--health-store <location>',
    description: 'folder or URL in which changes of health are kept (HOLDFAST_HEALTH_STORE)',
  },
];

/** `holdfast health`. */
export const healthCommand: CommandDefinition = {
  path: ['health'],
  action: 'health.read',
  summary: 'Look at what everything stands on: disks, services, databases, backups',
  description:
    'The checks are in health.checks of the configuration. Without --watch all look once, at the same time, and 1 says that one of them is unhealthy; what was seen is kept ' +
    'all the same. With --watch they look until Ctrl-C, each at its own interval, and a line says what has failed or recovered (with --json: HealthEvent, as JSON Lines). ' +
    'With --listen load balancers and supervisors are answered, too: /readyz with 200 while nothing is unhealthy and else 503, /healthz with 200 while it looks.',
  options: [
    { flags: '--watch', description: 'look until Ctrl-C' },
    {
      flags: '--listen <host:port>',
      description: 'the same, and answer /healthz and /readyz there',
      parse: listenAddress,
    },
    { flags: '--details', description: 'with --listen: answer with what was found, too, to whoever asks' },
    ...OPTIONS,
  ],
  examples: [
    { call: 'holdfast health', does: 'How is everything now?' },
    { call: 'holdfast health --watch --listen 127.0.0.1:8081', does: 'As a service, with answers for others' },
  ],
  output: { shape: 'HealthReport' },
  run,
};

/** `holdfast health history`. */
export const healthHistoryCommand: CommandDefinition = {
  path: ['health', 'history'],
  action: 'health.read',
  summary: 'Show what has failed and recovered, and how long each check was up',
  description:
    'Time in which nobody has looked is unknown, and neither up nor down: percentages are of the time that is known.',
  arguments: [{ name: '[check]', description: 'name of a check (default: all)' }],
  options: [
    { flags: '--limit <n>', description: 'no more changes than this (default: 20)', parse: wholeNumber },
    { flags: '--since <moment>', description: 'only since this moment: "30 days ago", 2026-11-01', parse: demandPast },
    ...OPTIONS,
  ],
  examples: [{ call: 'holdfast health history --limit 5', does: 'Uptime, and the last five changes' }],
  output: { shape: 'HealthHistory' },
  run: history,
};
