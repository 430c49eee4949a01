import type { Check } from '@x/versioning/deploy';
import { A_DURATION, parseDuration } from '../config/duration.ts';
import type { Effective } from '../config/merge.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { latestBackup } from './latest-backup.ts';
import { configFolder } from './tenant-modules.ts';

/** The checks of the configuration. */
export interface ConfiguredChecks {
  readonly preChecks: readonly Check[];
  readonly postChecks: readonly Check[];
  /** How long those after the switch are asked again, in milliseconds. */
  readonly healthTimeoutMs?: number | undefined;
}

/** Reads the checks of the configuration. @throws {VersioningError} `INVALID_CHECK`; {CliError} `USAGE`. */
export function configuredChecks(
  context: Context,
  effective: Effective,
  { parseChecks, httpCheck }: Pick<typeof import('@x/versioning/deploy'), 'parseChecks' | 'httpCheck'>,
): ConfiguredChecks {
  const { settings } = effective;
  const folder = configFolder(context, effective);
  const parsed = (name: 'preChecks' | 'checks'): readonly Check[] =>
    parseChecks(settings[`deploy.${name}`] ?? [], {
      folder,
      place: `deploy.${name}`,
      latestBackup: latestBackup(context),
    });
  const url = settings['deploy.health.url'];
  const member = settings['deploy.health.version'];
  const version = member === undefined ? undefined : { member };
  // The deploy asks again, until its time is over.
  const health = url === undefined ? [] : [httpCheck({ url, version, attempts: 1, name: 'health' })];
  return {
    preChecks: parsed('preChecks'),
    postChecks: [...health, ...parsed('checks')],
    healthTimeoutMs: durationOf(settings['deploy.health.timeout'], 'deploy.health.timeout'),
  };
}

/** A duration of the configuration in milliseconds. @throws {CliError} `USAGE`. */
export function durationOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw usageError(`Expected ${A_DURATION} for ${name}, got ${JSON.stringify(text)}`, 'Correct the configuration.');
}
