import type { LatestBackup } from '@x/versioning/deploy';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { openConfigured } from './compose.ts';

/** How checks and advice name the configured repository. */
export const REPOSITORY = 'repository';

/** Tells when the newest snapshot of the configured repository was begun. Its only destination is `repository`. */
export function latestBackup(context: Context): LatestBackup {
  return async (destination) => {
    if (destination !== REPOSITORY) {
      throw usageError(
        `Expected the destination ${REPOSITORY}, got ${JSON.stringify(destination)}`,
        'It is the configured one.',
      );
    }
    await using repository = await openConfigured(context);
    const times = (await repository.snapshots()).map(({ startedAt }) => Date.parse(startedAt));
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
  };
}
