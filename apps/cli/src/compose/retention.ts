import type { SnapshotRecord } from '@x/backup-store';
import type { Decision, RetentionItem, RetentionPolicy } from '@x/retention';
import { readFile } from 'node:fs/promises';
import { now } from '../clock.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { shortId } from '../render/snapshot.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';

/** What of a command line says which snapshots stay. */
export interface KeepFlags {
  readonly policy?: string | undefined;
  readonly keepLast?: string | undefined;
  readonly keepHourly?: string | undefined;
  readonly keepDaily?: string | undefined;
  readonly keepWeekly?: string | undefined;
  readonly keepMonthly?: string | undefined;
  readonly keepYearly?: string | undefined;
  readonly keepWithin?: string | undefined;
  readonly keepTag?: readonly string[] | undefined;
  readonly timeZone?: string | undefined;
}

/** Counts by their flag, and the word that a policy's text has for each. */
const COUNTS = [
  ['keepLast', 'last'],
  ['keepHourly', 'h'],
  ['keepDaily', 'd'],
  ['keepWeekly', 'w'],
  ['keepMonthly', 'm'],
  ['keepYearly', 'y'],
] as const;

function count(text: string): string {
  if (/^\d{1,9}$/.test(text)) return text;
  if (text === '-1' || text === 'all') return '*';
  throw usageError(`Expected a number of snapshots, got ${JSON.stringify(text)}`, 'Write a whole number, or all.');
}

function within(text: string): string {
  if (/^([1-9]\d{0,4}[hdwmqy])+$/.test(text)) return text;
  throw usageError(
    `Expected an age, got ${JSON.stringify(text)}`,
    'Write it as 48h, 30d, 8w, 6m or 2y: hours, days, weeks, months or years.',
  );
}

const counted = (what: string, unit: string): OptionDefinition => ({
  flags: `--keep-${what} <n>`,
  description: `keep ${unit}; a number, or all`,
  parse: count,
});

/** Options that say which snapshots stay. */
export const KEEP_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--policy <policy>',
    description: 'forget what this policy does not keep: "7d 4w 12m", the name of a preset, or @FILE with JSON',
  },
  counted('last', 'the newest'),
  counted('hourly', 'the newest of so many hours'),
  counted('daily', 'the newest of so many days'),
  counted('weekly', 'the newest of so many weeks (ISO 8601)'),
  counted('monthly', 'the newest of so many months'),
  counted('yearly', 'the newest of so many years'),
  {
    flags: '--keep-within <duration>',
    description: 'keep all that are younger: 48h, 30d, 8w, 6m, 2y, or 1y6m',
    parse: within,
  },
  { flags: '--keep-tag <tag>', description: 'keep all with this tag; may be repeated', repeatable: true },
  {
    flags: '--time-zone <zone>',
    description: 'whose days and weeks count, as Europe/Lisbon (default: that of this machine)',
  },
];

/** The policy as text of the flags; empty when there are none. */
function wordsOf(flags: KeepFlags): string {
  const words = COUNTS.flatMap(([flag, unit]) => (flags[flag] === undefined ? [] : [`${flags[flag]}${unit}`]));
  if (flags.keepWithin !== undefined) words.push(`within=${flags.keepWithin}`);
  words.push(...(flags.keepTag ?? []).map((tag) => `tag.${/^[\w-]+$/.test(tag) ? tag : JSON.stringify(tag)}=*`));
  return words.join(' ');
}

/** Whether anything says which snapshots stay. */
export const hasPolicy = (flags: KeepFlags): boolean => flags.policy !== undefined || wordsOf(flags) !== '';

async function policiesOf(context: Context, flags: KeepFlags): Promise<readonly RetentionPolicy[]> {
  const { parsePolicy, presets } = await retention(context);
  const words = wordsOf(flags);
  const policies: RetentionPolicy[] = words === '' ? [] : [{ ...parsePolicy(words), name: 'options' }];
  const { policy } = flags;
  if (policy === undefined) return policies;
  if (policy.startsWith('@')) {
    const path = resolvePath(policy.slice(1), context.workingDirectory);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw usageError(`Expected a policy in ${path}, got ${error.code ?? 'an error'}`, 'Check the path.');
    });
    try {
      return [...policies, JSON.parse(text) as RetentionPolicy];
    } catch {
      throw usageError(`Expected a policy as JSON in ${path}, got something else`, 'As {"daily": 7, "weekly": 4}.');
    }
  }
  const preset = Object.hasOwn(presets, policy) ? presets[policy as keyof typeof presets] : undefined;
  return [...policies, preset ?? parsePolicy(policy)];
}

const retention = (context: Context): Promise<typeof import('@x/retention')> =>
  context.timed('load retention', () => import('@x/retention'));

/** Snapshots of the same tenant, machine and paths are ranked among themselves. */
function itemOf({ id, startedAt, tags, kind, tenant, host, sources, bytes, status }: SnapshotRecord): RetentionItem {
  const group = JSON.stringify([tenant.name, host, sources.map(({ root }) => root)]);
  return { id, time: startedAt, tags, kind, group, bytes: bytes.stored, good: status === 'ok' };
}

/** A decision and its sentence. */
export interface ExplainedDecision {
  readonly decision: Decision;
  readonly sentence: string;
}

/**
 * Decides which snapshots stay, and why.
 *
 * @throws {RetentionError} `INVALID_POLICY`, `INVALID_POLICY_TEXT`, `UNKNOWN_TIME_ZONE`, `REMOVES_ALL`; {CliError} `USAGE`.
 */
export async function decideSnapshots(
  context: Context,
  records: readonly SnapshotRecord[],
  flags: KeepFlags,
): Promise<readonly ExplainedDecision[]> {
  const { explain, planRetention } = await retention(context);
  const { timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone } = flags;
  const decisions = planRetention(records.map(itemOf), await policiesOf(context, flags), { now: now(), timeZone });
  return decisions.map((decision) => {
    const { id, replacedBy } = decision;
    const short = { ...decision, id: shortId(id), replacedBy: replacedBy && shortId(replacedBy) };
    return { decision, sentence: explain(short) };
  });
}
