import type { Flags } from '@x/feature-flags';
import { suggestion } from '../config/suggestion.ts';
import { type CliError, usageError } from '../errors.ts';

/** The error of a name that no flag has. */
export function unknownFlag(key: string, flags: Flags): CliError {
  const meant = suggestion(
    key,
    flags.list().map((flag) => flag.key),
  );
  return usageError(
    `Expected the name of a flag, got ${JSON.stringify(key)}`,
    meant === undefined ? '`holdfast flags list` has all of them.' : `Did you mean ${JSON.stringify(meant)}?`,
  );
}
