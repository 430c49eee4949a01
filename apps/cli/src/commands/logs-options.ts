import type { SearchOptions, StreamName } from '@x/logging';
import { now } from '../clock.ts';
import { logging } from '../compose/logs.ts';
import { parseDuration } from '../config/duration.ts';
import { demandMoment } from '../config/moment.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';

/** What commands of logs have in common. */
export const LOGS_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--logs-directory <folder>', description: 'folder of the logs (HOLDFAST_LOGS)' },
];

/** The key that signs. */
export const SIGN_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--sign-key <file>', description: 'Ed25519 key that signs (HOLDFAST_LOGS_KEY_FILE)' },
];

const STREAMS = ['structured', 'audit', 'performance'] as const;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** A date, a time, or how long ago. @throws {CliError} `USAGE`. */
function moment(text: string): number {
  const ms = parseDuration(text);
  return ms === undefined ? demandMoment(text) : now() - ms;
}

function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`Expected a number of records, got ${JSON.stringify(text)}`, 'Write a whole number from 1 on.');
}

/** From when to when. */
export const PERIOD_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--from <moment>',
    description: 'only since then: 2026-11-28, 2026-11-28T14:00:00Z (UTC), or 2h ago as 2h',
    parse: moment,
  },
  { flags: '--to <moment>', description: 'only before then', parse: moment },
];

/** Which records. */
export const FILTER_OPTIONS: readonly OptionDefinition[] = [
  ...PERIOD_OPTIONS,
  {
    flags: '--stream <name>',
    description: 'structured, audit or performance (default: structured and audit); may be repeated',
    repeatable: true,
    choices: STREAMS,
  },
  { flags: '--tenant <id>', description: 'only records of this tenant' },
  { flags: '--level <level>', description: 'only records of this level and above', choices: LEVELS },
];

/** How many. */
export const LIMIT_OPTION: OptionDefinition = {
  flags: '--limit <n>',
  description: 'no more than this many (default: 100)',
  parse: count,
};

/** Options that choose records. */
export interface FilterFlags {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly stream?: readonly StreamName[] | undefined;
  readonly tenant?: string | undefined;
  readonly level?: string | undefined;
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/**
 * Words of a command line and options as one query. Brackets only where they are needed: mistakes are told by their place. What was typed has to be a query
 * by itself: `a) OR (b` between brackets would lead around the options, and whoever may read the records of one tenant would read those of all.
 *
 * @throws {LogError} `INVALID_QUERY`
 */
export async function queryText(
  context: Context,
  words: readonly string[],
  { tenant, level }: FilterFlags,
): Promise<string> {
  const typed = words.join(' ');
  const more: string[] = [];
  if (tenant !== undefined) more.push(`tenant=${quoted(tenant)}`);
  if (level !== undefined) more.push(`level>=${level}`);
  if (typed.trim() === '') return more.join(' ');
  if (more.length === 0) return typed;
  const { parseQuery } = await logging(context);
  parseQuery(typed);
  return [`(${typed})`, ...more].join(' ');
}

/** The rest of the options as the package takes them. */
export function searchOptions({ from, to, stream }: FilterFlags): SearchOptions {
  return {
    fromMs: from,
    toMs: to,
    streams: stream === undefined || stream.length === 0 ? ['structured', 'audit'] : stream,
  };
}
