import type { RetentionItem, Schedule, Simulation } from '@x/retention';
import { now } from '../clock.ts';
import { itemSets } from '../compose/item-source.ts';
import { hasPolicy, type KeepFlags, POLICY_OPTIONS } from '../compose/keep-options.ts';
import { policiesFor, retention } from '../compose/policies.ts';
import { planTime } from '../compose/retention.ts';
import { demandBytes } from '../config/bytes.ts';
import { demandFuture, demandMoment } from '../config/moment.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { momentOf } from '../render/decisions.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

const DAY = 86_400_000;

interface SimulateFlags extends KeepFlags {
  readonly every?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly until?: Date | undefined;
  readonly items?: string | undefined;
  readonly tenant?: string | undefined;
  readonly price?: number | undefined;
}

/** `1d`, `6h:500MB`, `1w:20GB:full`: how often, and if you like how large and of which kind. */
function scheduleOf(text: string, from: number): Schedule {
  const [, every = '', size, kind] = /^([1-9]\d{0,4}[hdwmqy])(?::([^:]*))?(?::(.+))?$/.exec(text) ?? [];
  const bytes = size === undefined || size === '' ? undefined : demandBytes(size);
  if (every === '') {
    throw usageError(
      `Expected --every as 1d, 1d:5GB or 1w:20GB:full, got ${JSON.stringify(text)}`,
      'How often (h, d, w, m, q, y), how large each is, and its kind.',
    );
  }
  return { every, from, bytes, kind };
}

function priceOf(text: string): number {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text);
  throw usageError(`Expected a price, got ${JSON.stringify(text)}`, 'What 1 GB costs for 30 days, as 0.023.');
}

function report({ items, bytes, peak, byteDays, cost, days }: Simulation, until: number): readonly string[] {
  const rows = items.map((item) => [
    momentOf(item),
    displayText(item.kind ?? ''),
    item.bytes === undefined ? '' : formatBytes(item.bytes),
  ]);
  const first = days[0]?.at ?? until;
  const span = Math.max((until - first) / DAY, 1);
  return [
    ...tableLines([{ title: 'STILL THERE' }, { title: 'KIND' }, { title: 'SIZE', align: 'right' }], rows),
    `on ${formatTime(until)}: ${formatNumberOf(items.length, 'item')}, ${formatBytes(bytes)}`,
    `most on ${formatTime(peak.at)}: ${formatNumberOf(peak.items, 'item')}, ${formatBytes(peak.bytes)}`,
    `on average ${formatBytes(byteDays / span)}${cost === undefined ? '' : `, which costs ${cost.toFixed(2)} in all`}`,
  ];
}

async function presentItems(context: Context, flags: SimulateFlags): Promise<readonly RetentionItem[]> {
  if (flags.items === undefined) return [];
  return (await itemSets(context, flags)).flatMap(({ items }) => items);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as SimulateFlags;
  const { every = [], from = now(), price } = flags;
  if (!hasPolicy(flags)) throw usageError('Expected a policy, got none', 'Write --policy "7d 4w 12m".');
  if (every.length === 0) throw usageError('Expected what comes how often, got nothing', 'Write --every 1d:5GB.');
  const until = flags.until?.getTime() ?? from + 365 * DAY;
  const { timeZone } = await planTime(context);
  const { settings } = await context.effective();
  const policies = await policiesFor(context, flags, settings.tenant);
  const { simulate } = await retention(context);
  const schedules = every.map((text) => scheduleOf(text, from));
  const items = await presentItems(context, flags);
  const simulation = simulate(policies, schedules, until, { timeZone, items, price });
  if (!context.json) {
    const [head = '', ...lines] = report(simulation, until);
    await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
    return EXIT.ok;
  }
  const isoOf = (ms: number): string => new Date(ms).toISOString();
  const dayOf = (day: Simulation['peak']): { at: string; items: number; bytes: number } => ({
    ...day,
    at: isoOf(day.at),
  });
  await emitObject(context.output, 'RetentionSimulation', {
    until: isoOf(until),
    items: simulation.items.map(({ id, time, kind }) => ({ id, time: new Date(time).toISOString(), kind })),
    bytes: simulation.bytes,
    peak: dayOf(simulation.peak),
    byteDays: simulation.byteDays,
    cost: simulation.cost,
    days: simulation.days.map(dayOf),
  });
  return EXIT.ok;
}

/** `holdfast retention simulate`. */
export const retentionSimulate: CommandDefinition = {
  path: ['retention', 'simulate'],
  action: 'retention.read',
  summary: 'Play a policy through: what will exist some day, and what it takes',
  description: 'Each day what is due comes in, and what the policy does not keep goes.',
  options: [
    ...POLICY_OPTIONS,
    {
      flags: '--every <schedule>',
      description: 'what comes: 1d, 1d:5GB, 1w:20GB:full (how often, how large, of which kind); may be repeated',
      repeatable: true,
    },
    { flags: '--from <date>', description: 'when the first comes (default: now)', parse: demandMoment },
    {
      flags: '--until <date>',
      description: 'the day to look at, or how long from now, as 90d (default: 365 days after the first)',
      parse: demandFuture,
    },
    { flags: '--items <file>', description: 'what is there already: JSON or JSON Lines, - is standard input' },
    { flags: '--tenant <name>', description: 'with the policies of this tenant' },
    { flags: '--price <amount>', description: 'what 1 GB costs for 30 days', parse: priceOf },
  ],
  examples: [
    {
      call: 'holdfast retention simulate --policy "7d 4w 12m" --every 1d:5GB --price 0.023',
      does: 'What will a year of backups take, and cost?',
    },
    {
      call: 'holdfast retention simulate --policy tenant --every 1d:500MB:incremental --every 1w:20GB:full',
      does: 'Full and incremental backups with a preset',
    },
  ],
  output: { shape: 'RetentionSimulation' },
  run,
};
