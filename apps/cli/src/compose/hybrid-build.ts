import type { StrategyCall } from '@x/versioning/deploy';
import type { HybridConfig } from '../config/deploy-strategies.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { makeRelease } from './release-made.ts';
import type { OpenedReleases } from './releases.ts';
import { userName } from './user.ts';

/** What the strategy hybrid builds from. */
export interface HybridParts {
  readonly releases: OpenedReleases;
  readonly config: HybridConfig;
  /** Where the program that builds runs. */
  readonly folder: string;
}

/**
 * Builds a version here: runs the configured program, and makes the release where it is not there yet. What is copied is the store of releases, which only grows: it brings what is new and takes
 * nothing away.
 *
 * @returns Its folder.
 * @throws {CliError} `USAGE` for a store that is no folder; {BackupError} `COMMAND_FAILED`; {VersioningError} those of releases.
 */
export async function buildHere(
  context: Context,
  { releases, config, folder }: HybridParts,
  { version, channel, onLine }: StrategyCall,
): Promise<string> {
  if (releases.folder === undefined) {
    throw usageError(
      'Expected releases in a folder for the strategy hybrid, got a URL',
      'Where both machines reach the same store, deploy there, or by server-controlled.',
    );
  }
  const { manager } = releases;
  const isThere = (await manager.listReleases()).some((release) => release.version === version);
  if (!isThere && config.build !== undefined) {
    const [command, ...args] = config.build;
    const { runCommand } = await import('@x/backup-store/command');
    onLine?.(config.build.join(' '));
    const env = { VERSION: version, CHANNEL: channel };
    await runCommand({ command, args, cwd: folder, env, signal: context.signal });
  }
  if (isThere) return releases.folder;
  const createdBy = userName();
  const wanted = { version, createdBy, signal: context.signal };
  await makeRelease(context, { wanted: async (migrations) => Promise.resolve({ ...wanted, migrations }) });
  return releases.folder;
}
