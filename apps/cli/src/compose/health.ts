import { join } from 'node:path';
import type { OperationEvent } from '@x/operations';
import type { Health, TimedCheck } from '@x/operations/health';
import type { LatestBackup } from '@x/versioning/deploy';
import { resolveLocation } from '../config/locations.ts';
import { demandDuration, optionalDuration } from '../config/duration.ts';
import type { Effective } from '../config/merge.ts';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { latestBackup, REPOSITORY } from './latest-backup.ts';
import { configFolder } from './tenant-modules.ts';

/** Checks that look by themselves, and where what they have seen is kept. */
export interface OpenHealth {
  readonly health: Health;
  /** Folder or URL of the store. */
  readonly location: string;
  readonly checks: number;
}

/** Where changes of health are kept. */
export function healthLocation(context: Context, effective: Effective): string {
  return effective.settings['health.store'] ?? join(configFolder(context, effective), '.holdfast', 'health');
}

/**
 * The checks of the configuration.
 *
 * @throws {CliError} `CONFIG_INVALID`, `USAGE` without checks; {VersioningError} `INVALID_CHECK`; {OperationsError} `INVALID_OPTION`.
 */
export async function openHealth(context: Context, onEvent?: (event: OperationEvent) => void): Promise<OpenHealth> {
  const effective = await context.effective();
  const { settings } = effective;
  const configured = settings['health.checks'] ?? [];
  if (configured.length === 0) {
    throw usageError(
      'Expected checks, got none',
      'Write some as "checks" in "health" of holdfast.config.json: {"kind": "disk", "path": "/"}.',
    );
  }
  const [{ openStore }, { parseChecks }, { createHealth }] = await Promise.all([
    import('@x/storage'),
    import('@x/versioning/deploy'),
    import('@x/operations/health'),
  ]);
  const location = healthLocation(context, effective);
  const checks = parseChecks(configured.map(withoutTiming), {
    folder: configFolder(context, effective),
    place: 'health.checks',
    latestBackup: latestAt(context, effective),
  });
  const timed = checks.map((check, at): TimedCheck => ({ check, ...timingOf(configured[at] ?? {}, at) }));
  const health = createHealth({
    checks: timed,
    store: await openStore(location),
    everyMs: optionalDuration(settings['health.every']),
    timeoutMs: optionalDuration(settings['health.timeout']),
    keepMs: optionalDuration(settings['health.keep']),
    failures: settings['health.failures'],
    successes: settings['health.successes'],
    onEvent: (event) => {
      context.told.event(event);
      onEvent?.(event);
    },
  });
  return { health, location, checks: checks.length };
}

const TIMING = ['every', 'timeout', 'failures', 'successes'] as const;

/** A check as `parseChecks` knows it. It looks again soon: one attempt is enough, unless somebody says otherwise. */
function withoutTiming(check: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const own = Object.entries(check).filter(([name]) => !TIMING.includes(name as (typeof TIMING)[number]));
  return { attempts: 1, ...Object.fromEntries(own) };
}

/** What a check says of when it looks. @throws {CliError} `CONFIG_INVALID` */
function timingOf(check: Readonly<Record<string, unknown>>, at: number): Omit<TimedCheck, 'check'> {
  const duration = (name: 'every' | 'timeout'): number | undefined => {
    const value = check[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrong(`health.checks[${at}].${name}`, 'a duration like 30s', value);
    return demandDuration(value);
  };
  const count = (name: 'failures' | 'successes'): number | undefined => {
    const value = check[name];
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 1)) return value;
    throw wrong(`health.checks[${at}].${name}`, 'a whole number from 1 on', value);
  };
  return {
    everyMs: duration('every'),
    timeoutMs: duration('timeout'),
    failures: count('failures'),
    successes: count('successes'),
  };
}

function wrong(place: string, wanted: string, value: unknown): CliError {
  return new CliError('CONFIG_INVALID', `Expected ${wanted} as ${place}, got ${JSON.stringify(value)}`);
}

/** Tells when the newest snapshot was made: of the configured repository, and of its copies elsewhere. */
function latestAt(context: Context, effective: Effective): LatestBackup {
  const copies = effective.settings['health.destinations'] ?? {};
  return async (name, options) => {
    const copy = Object.hasOwn(copies, name) ? copies[name] : undefined;
    if (copy === undefined && name !== REPOSITORY) {
      throw usageError(
        `Expected a destination of ${[REPOSITORY, ...Object.keys(copies)].join(', ')}, got ${JSON.stringify(name)}`,
        'Name it in "destinations" of "health".',
      );
    }
    const place =
      copy === undefined ? context : elsewhere(context, resolveLocation(copy, configFolder(context, effective)));
    return await latestBackup(place)(REPOSITORY, options);
  };
}

/** The same with another repository, which the same key opens. */
function elsewhere(context: Context, repository: string): Context {
  return {
    ...context,
    effective: async () => {
      const effective = await context.effective();
      return { ...effective, settings: { ...effective.settings, repository } };
    },
  };
}
