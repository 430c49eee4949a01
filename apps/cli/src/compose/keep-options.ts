import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';

/** What of a command line says what stays. */
export interface KeepFlags {
  readonly policy?: readonly string[] | undefined;
  readonly keepLast?: string | undefined;
  readonly keepHourly?: string | undefined;
  readonly keepDaily?: string | undefined;
  readonly keepWeekly?: string | undefined;
  readonly keepMonthly?: string | undefined;
  readonly keepYearly?: string | undefined;
  readonly keepWithin?: string | undefined;
  readonly keepTag?: readonly string[] | undefined;
  readonly compat?: 'restic' | 'borg' | undefined;
  readonly groupBy?: string | undefined;
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
  throw usageError(`Expected a number to keep, got ${JSON.stringify(text)}`, 'Write a whole number, or all.');
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

const TIME_ZONE: OptionDefinition = {
  flags: '--time-zone <zone>',
  description: 'whose days and weeks count, as Europe/Lisbon (default: that of this machine)',
};

const POLICY: OptionDefinition = {
  flags: '--policy <policy>',
  description:
    'the policy: "7d 4w 12m", a name from the configuration or of a preset, or @FILE with JSON; of several, each adds to what the others keep',
  repeatable: true,
};

/** Options that say what stays. */
export const KEEP_OPTIONS: readonly OptionDefinition[] = [
  POLICY,
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
    flags: '--group-by <what>',
    description: 'rank snapshots among those of the same host, paths, tags or kind, or none (default: host,paths)',
  },
  {
    flags: '--compat <tool>',
    description: 'decide exactly as this tool would, with the rules that it has',
    choices: ['restic', 'borg'],
  },
  TIME_ZONE,
];

/** Options of what knows no rules but policies. */
export const POLICY_OPTIONS: readonly OptionDefinition[] = [POLICY, TIME_ZONE];

/** The rules of the flags as the text of a policy; empty when there are none. */
export function policyTextOf(flags: KeepFlags): string {
  const words = COUNTS.flatMap(([flag, unit]) => (flags[flag] === undefined ? [] : [`${flags[flag]}${unit}`]));
  if (flags.keepWithin !== undefined) words.push(`within=${flags.keepWithin}`);
  words.push(...(flags.keepTag ?? []).map((tag) => `tag.${/^[\w-]+$/.test(tag) ? tag : JSON.stringify(tag)}=*`));
  return words.join(' ');
}

/** Whether anything says what stays. */
export const hasPolicy = (flags: KeepFlags): boolean => (flags.policy ?? []).length > 0 || policyTextOf(flags) !== '';
