import { VersioningError } from '../../errors.ts';
import type { DeployRunOptions } from './options.ts';
import type { DeployAgreement } from './plan.ts';
import type { DeployTools } from './tools.ts';

/** Whether a backup is made first, and what was agreed to where none is. */
export interface BackupDecision {
  readonly isMade: boolean;
  readonly agreements: readonly DeployAgreement[];
  readonly warnings: readonly string[];
}

/**
 * Whether a run makes a safety backup.
 *
 * @param migrations How many are run, forward or back.
 * @throws {VersioningError} `BACKUP_REQUIRED` where migrations are run without one, and nobody has said that it need not be.
 */
export function decideBackup(
  { backup }: Pick<DeployTools, 'backup'>,
  { skipBackup = false, acceptNoBackup = false }: DeployRunOptions,
  migrations: number,
): BackupDecision {
  if (backup !== undefined && !skipBackup) return { isMade: true, agreements: [], warnings: [] };
  // Who leaves out a backup that would have been made is written down, needed or not.
  if (migrations === 0) return { isMade: false, agreements: backup === undefined ? [] : ['no-backup'], warnings: [] };
  if (acceptNoBackup) {
    return {
      isMade: false,
      agreements: ['no-backup'],
      warnings: ['There will be no backup from before the migrations.'],
    };
  }
  const got = skipBackup ? 'a deploy without one' : 'no place to make one';
  throw new VersioningError(
    'BACKUP_REQUIRED',
    `Expected a safety backup before ${migrations === 1 ? 'a migration' : `${migrations} migrations`}, got ${got}`,
    { hint: `Make one, or say --i-accept-no-backup: it is written down who has said so.` },
  );
}
