import { demandMoment } from '../config/moment.ts';
import type { OptionDefinition } from '../program/command.ts';

/** Which items a plan is about. */
export const ITEM_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--items <file>',
    description: 'plan these: JSON or JSON Lines, - is standard input (default: the snapshots of the repository)',
  },
  { flags: '--now <date>', description: 'plan as on this date (default: now)', parse: demandMoment },
];

/** Where the picture goes. */
export const SVG_OPTION: OptionDefinition = {
  flags: '--svg <file>',
  description: 'also draw a timeline of what stays and what goes, as SVG',
};
