import { parseMoment } from '../config/moment.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';

function moment(text: string): number {
  const ms = parseMoment(text);
  if (ms !== undefined) return ms;
  throw usageError(`Expected a date, got ${JSON.stringify(text)}`, 'Write it as 2026-11-23 or 2026-11-23T14:00:00Z.');
}

/** Which snapshots `latest` and names may stand for. */
export const REFERENCE_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--tenant <name>', description: 'only of this tenant' },
  { flags: '--host <name>', description: 'only of this machine (latest: by default this one)' },
  { flags: '--tag <tag>', description: 'only with this tag; may be repeated', repeatable: true },
  { flags: '--root <path>', description: 'only of exactly these backed up paths; may be repeated', repeatable: true },
];

/** Which snapshots are listed or searched. */
export const LIST_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--name <name>', description: 'only of this name' },
  { flags: '--tenant <name>', description: 'only of this tenant' },
  { flags: '--host <name>', description: 'only of this machine' },
  { flags: '--tag <tag>', description: 'only with this tag; may be repeated', repeatable: true },
  { flags: '--root <path>', description: 'only of exactly these backed up paths; may be repeated', repeatable: true },
  { flags: '--after <date>', description: 'only newer than this date', parse: moment },
  { flags: '--before <date>', description: 'only older than this date', parse: moment },
];

/** What a snapshot may be named by. */
export const REFERENCE_ARGUMENT = 'id, beginning of an id (4 characters or more), name, or latest';
