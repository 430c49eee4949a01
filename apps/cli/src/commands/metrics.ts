import { OPERATIONS_OPTIONS } from '../compose/drills.ts';
import { metering, readFamilies, readMetrics } from '../compose/metrics.ts';
import { openOperations, type OperationsStore } from '../compose/operations-store.ts';
import { type ListenAddress, listenAddress } from '../config/listen-address.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { untilAborted } from '../process/until-aborted.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { dashboardLines } from '../render/metrics.ts';
import { displayText } from '../render/text.ts';

interface MetricsFlags {
  readonly prometheus?: boolean | undefined;
  readonly listen?: ListenAddress | undefined;
  readonly write?: string | undefined;
}

/** An address; a port alone is one of this machine. @throws {CliError} `USAGE`. */
const listenAt = (text: string): ListenAddress => listenAddress(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text);

/** The numbers of a repository are not read more often than that, in milliseconds. */
const FRESH_MS = 30_000;

async function listen(context: Context, operations: OperationsStore, at: ListenAddress): Promise<ExitCode> {
  const { messages, signal } = context;
  const { serveMetrics } = await metering();
  await using server = await serveMetrics({
    ...at,
    freshMs: FRESH_MS,
    read: async () => await readFamilies(context, operations),
    onError: (error) => messages.warn(displayText(`The numbers could not be read: ${(error as Error).message}`)),
  });
  await context.output.line(server.url);
  await untilAborted(signal);
  return EXIT.ok;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { prometheus, listen: at, write } = input.options as MetricsFlags;
  if ([context.json, prometheus, at, write].filter((each) => each !== undefined && each !== false).length > 1)
    throw usageError(
      'Expected one of --json, --prometheus, --listen and --write, got several',
      'Run the command once for each.',
    );
  const operations = await openOperations(context);
  if (at !== undefined) return await listen(context, operations, at);
  const { metricsText, writeMetricsFile } = await metering();
  if (write !== undefined) {
    const file = resolvePath(write, context.workingDirectory);
    await writeMetricsFile(file, metricsText(await readFamilies(context, operations)));
    return EXIT.ok;
  }
  if (prometheus === true) {
    await context.output.write(metricsText(await readFamilies(context, operations)));
    return EXIT.ok;
  }
  const { dashboard } = await readMetrics(context, operations);
  if (context.json) await emitObject(context.output, 'Dashboard', dashboard);
  else await context.output.write(`${dashboardLines(dashboard).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast metrics`. */
export const metricsCommand: CommandDefinition = {
  path: ['metrics'],
  action: 'metrics.read',
  summary: 'Say in numbers what happened: backups, restores, releases, storage and when the disk is full',
  description:
    'With --prometheus as text that Prometheus reads; with --listen it answers GET /metrics until it is told to stop (OpenMetrics where that is asked for); with --write it puts ' +
    'the text in a file at once, for the textfile collector of node_exporter. Each call remembers how much is stored, once an hour: the trend is made of that.',
  options: [
    { flags: '--prometheus', description: 'print gauges in the text format of Prometheus' },
    {
      flags: '--listen <address>',
      description: 'HOST:PORT, or a PORT of this machine: answer scrapes there; prints the URL. There is no password',
      parse: listenAt,
    },
    { flags: '--write <file>', description: 'write them to a file, which is there whole or not at all' },
    ...OPERATIONS_OPTIONS,
  ],
  examples: [
    { call: 'holdfast metrics', does: 'The dashboard, for people' },
    { call: 'holdfast metrics --listen 127.0.0.1:9464', does: 'Let Prometheus ask' },
    {
      call: 'holdfast metrics --write /var/lib/node_exporter/holdfast.prom',
      does: 'From a schedule, for node_exporter',
    },
  ],
  output: { shape: 'Dashboard' },
  run,
};
