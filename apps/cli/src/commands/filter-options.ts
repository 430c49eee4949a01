import { demandMoment } from '../config/moment.ts';
import type { OptionDefinition } from '../program/command.ts';

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
  { flags: '--after <date>', description: 'only newer than this date', parse: demandMoment },
  { flags: '--before <date>', description: 'only older than this date', parse: demandMoment },
];

/** What a snapshot may be named by. */
export const REFERENCE_ARGUMENT = 'id, beginning of an id (4 characters or more), name, or latest';
