import { usageError } from '../errors.ts';

/** Flags by the names of their options, and as they are typed. */
type FlagNames = Readonly<Record<string, string>>;

const CHECKS: FlagNames = { preChecks: '--no-pre-checks', postChecks: '--no-post-checks' };
const BACKUP: FlagNames = { skipBackup: '--skip-backup', iAcceptNoBackup: '--i-accept-no-backup' };
const MACHINE: FlagNames = {
  root: '--root',
  service: '--service',
  serviceType: '--service-type',
  port: '--port',
  keep: '--keep',
};

/** A server that sees to itself takes no lock by force, and its strategy has a name. */
export const NOT_WITH_PULL: FlagNames = {
  strategy: '--strategy',
  dryRun: '--dry-run',
  way: '--way',
  force: '--force',
};

/** What only says how a server looks. */
export const ONLY_WITH_PULL: FlagNames = { every: '--every', serverName: '--server-name' };

/** Nothing is migrated, and nobody is turned away. */
export const NOT_WITH_RESTART: FlagNames = { ...BACKUP, maintenance: '--maintenance' };

/** What is said of the deploy and of its machine is said where that is: by its configuration. */
export const NOT_ELSEWHERE: FlagNames = {
  ...CHECKS,
  ...BACKUP,
  ...MACHINE,
  maintenance: '--maintenance',
  force: '--force',
  reason: '--reason',
};

/** Those of the checks stand for their absence. */
const isGiven = (value: unknown, name: string): boolean =>
  Object.hasOwn(CHECKS, name) ? value === false : value !== undefined && value !== false;

/** Refuses flags that would be without effect. @throws {CliError} `USAGE`. */
export function refuseFlags(options: object, names: FlagNames, where: string): void {
  const values = options as Readonly<Record<string, unknown>>;
  const given = Object.entries(names).filter(([name]) => isGiven(values[name], name));
  if (given.length === 0) return;
  throw usageError(
    `Expected no ${given.map(([, flag]) => flag).join(', ')} ${where}, got ${given.length === 1 ? 'it' : 'them'}`,
    'It would be without effect there: leave it out.',
  );
}
