import { logsDirectory, withLogs } from '../compose/logs.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { type FilterFlags, LOGS_OPTIONS, PERIOD_OPTIONS, queryText } from './logs-options.ts';

async function writeTable(
  context: Context,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const columns = titles.map((title, index) => ({
    title,
    align: index === 0 ? ('left' as const) : ('right' as const),
  }));
  const [head = '', ...lines] = tableLines(columns, rows);
  await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as FilterFlags;
  const period = { fromMs: flags.from, toMs: flags.to, signal: context.signal };
  const { streams, spans, counts, left } = await withLogs(context, {}, async (logs) => ({
    streams: await logs.stats(),
    ...(await logs.measures(await queryText(context, input.arguments, flags), period)),
  }));
  if (context.json) {
    const directory = logsDirectory(context, await context.effective());
    await emitObject(context.output, 'LogsStats', {
      directory,
      streams: [...streams],
      spans: [...spans],
      counts: [...counts],
    });
    return EXIT.ok;
  }
  const time = (iso: string | undefined): string => (iso === undefined ? '' : formatTime(iso));
  await writeTable(
    context,
    ['STREAM', 'FILES', 'SIZE', 'RECORDS', 'FROM', 'TO'],
    streams.map(({ stream, files, bytes, records, from, to }) => [
      stream,
      String(files),
      formatBytes(bytes),
      String(records),
      time(from),
      time(to),
    ]),
  );
  const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));
  if (spans.length > 0) {
    await context.output.line();
    await writeTable(
      context,
      ['SPAN', 'COUNT', 'FAILED', 'P50 MS', 'P95 MS', 'P99 MS', 'MAX MS'],
      spans.map((each) => [
        displayText(each.name),
        String(each.count),
        String(each.failed),
        ...[each.p50Ms, each.p95Ms, each.p99Ms, each.maxMs].map(ms),
      ]),
    );
  }
  if (counts.length > 0) {
    await context.output.line();
    await writeTable(
      context,
      ['COUNT', 'SUM'],
      counts.map(({ name, sum }) => [displayText(name), String(sum)]),
    );
  }
  if (left > 0) context.messages.warn(`${left} records have names beyond the first thousand, and are left out.`);
  for (const { stream, unreadable } of streams) {
    if (unreadable > 0) context.messages.warn(`${unreadable} files of the ${stream} log are damaged.`);
  }
  return EXIT.ok;
}

/** `holdfast logs stats`. */
export const logsStatsCommand: CommandDefinition = {
  path: ['logs', 'stats'],
  action: 'logs.read',
  summary: 'Show what there is of each log, and how long things took',
  description: 'The query and the period are about what was measured. Percentiles are right to one percent.',
  arguments: [{ name: '[query...]', description: 'which measurements (default: all)' }],
  options: [
    ...PERIOD_OPTIONS,
    { flags: '--tenant <id>', description: 'only measurements of this tenant' },
    ...LOGS_OPTIONS,
  ],
  examples: [{ call: `holdfast logs stats 'name=backup' --from 7d`, does: 'How long have backups taken this week?' }],
  output: { shape: 'LogsStats' },
  run,
};
