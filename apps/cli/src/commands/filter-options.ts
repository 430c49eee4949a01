import { demandMoment } from '../config/moment.ts';
import { demandPast } from '../config/past-moment.ts';
import type { OptionDefinition } from '../program/command.ts';

/** Takes the snapshot of a moment. */
export const AT_OPTION: OptionDefinition = {
  flags: '--at <moment>',
  description:
    'of those that latest or the name means, the newest made at or before this moment: "yesterday 14:00", "3 days ago", 2026-11-26T14:00Z; ' +
    'a day alone is its end',
  parse: demandPast,
};

/** Which snapshots `latest` and names may stand for. */
export const REFERENCE_OPTIONS: readonly OptionDefinition[] = [
  AT_OPTION,
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
  { flags: '--after <date>', description: 'only newer than this date', parse: demandMoment },
  { flags: '--before <date>', description: 'only older than this date', parse: demandMoment },
];

/** What a snapshot may be named by. */
export const REFERENCE_ARGUMENT = 'id, beginning of an id (4 characters or more), name, or latest';
