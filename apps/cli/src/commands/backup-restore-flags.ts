import { usageError } from '../errors.ts';

/** Where a restore goes, and what is called on the way. */
export interface PlaceFlags {
  readonly to?: string | undefined;
  readonly inPlace?: boolean | undefined;
  readonly into?: string | undefined;
  readonly validateCommand?: string | undefined;
  readonly stopCommand?: string | undefined;
  readonly startCommand?: string | undefined;
}

/** Refuses a restore that goes nowhere, or to several places. @throws {CliError} `USAGE`. */
export function checkTarget({ to, into, inPlace = false }: PlaceFlags): void {
  const given = [to !== undefined, into !== undefined, inPlace].filter(Boolean).length;
  if (given === 1) return;
  throw usageError(
    `Expected one of --to DIR, --in-place and --into URL, got ${given === 0 ? 'none' : given}`,
    'Restore to a new folder with --to DIR, over the originals with --in-place, or a database with --into URL.',
  );
}

/** Refuses commands that would not be called. @throws {CliError} `USAGE`. */
export function checkCommands(flags: PlaceFlags): void {
  const { inPlace = false, into, validateCommand, stopCommand, startCommand } = flags;
  if (validateCommand !== undefined && !inPlace && into === undefined)
    throw usageError(
      'Expected --in-place or --into with --validate-command, got neither',
      '`holdfast backup validate ID --command COMMAND` looks at a trial restore.',
    );
  if ((stopCommand !== undefined || startCommand !== undefined) && into === undefined && !inPlace)
    throw usageError(
      'Expected --in-place or --into with --stop-command and --start-command, got neither',
      'Stop and start the service yourself, before and after.',
    );
}
