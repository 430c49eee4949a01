import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';

/** What commands of schedules have in common. */
export const SCHEDULE_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--schedule-store <location>',
    description: 'folder or URL in which runs are claimed and remembered (HOLDFAST_SCHEDULE_STORE)',
  },
];

/** A whole number from 1 on. @throws {CliError} `USAGE`. */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usageError(`Expected a whole number, got ${JSON.stringify(text)}`, 'Write a number from 1 to 999999.');
}

/** Where a process in the background leaves word of itself. */
export const DAEMON_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--pid-file <file>',
    description: 'file with the process (default: .holdfast/schedule-HOST.pid beside the configuration)',
  },
];
