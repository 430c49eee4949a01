import type { RepositoryEvent } from '@x/backup-store';
import type { RegistryEvent } from '@x/ml-model-registry';
import type { ReleaseManagerEvent } from '@x/versioning';
import type { DeployEvent, Deployment } from '@x/versioning/deploy';
import type { MigratorEvent } from '@x/versioning/migrate';
import type { ScheduleEvent } from '../scheduler/events.ts';
import type { EventLevel, OperationEvent } from './contract.ts';

/** What an event says of itself; the hub adds when, where and who, as far as it does not. */
export type SaidEvent = Pick<OperationEvent, 'name' | 'details'> &
  Partial<Pick<OperationEvent, 'level' | 'tenant' | 'principal'>> & { readonly atMs?: number | undefined };

/** Last words of names that tell of something somebody has to look at. */
const LEVELS: Readonly<Record<string, EventLevel>> = {
  failed: 'error',
  damaged: 'error',
  givenUp: 'error',
  erased: 'warn',
  denied: 'warn',
  refused: 'warn',
  missed: 'warn',
  lost: 'warn',
  ahead: 'warn',
  rolledBack: 'warn',
  overridden: 'warn',
  forced: 'warn',
  skipped: 'warn',
};

/** How much an event matters, by its name where it does not say; pure. */
export function levelOf({ name, level, details }: Pick<SaidEvent, 'name' | 'level' | 'details'>): EventLevel {
  if (level !== undefined) return level;
  if (details['status'] === 'failed' || details['outcome'] === 'failed') return 'error';
  const usual = LEVELS[name.slice(name.indexOf('.') + 1)] ?? 'info';
  return usual === 'info' && (details['status'] === 'partial' || details['outcome'] === 'partial') ? 'warn' : usual;
}

/** What a repository tells. */
export function ofRepository({ name, at, details: { tenant, by, ...details } }: RepositoryEvent): SaidEvent {
  return {
    name,
    atMs: at,
    tenant: tenant === undefined ? undefined : String(tenant),
    principal: by === undefined ? undefined : String(by),
    details,
  };
}

/** What a deployer tells; its steps are for progress, and no news. */
export function ofDeployer(event: DeployEvent): SaidEvent | undefined {
  if (!('by' in event)) return undefined;
  if ('deployment' in event) {
    const { kind, by, deployment } = event;
    return { name: kind, principal: by, details: deploymentDetails(deployment) };
  }
  const { kind, by, ...details } = event;
  // A safety backup of a deploy is told of by its repository, too, under the name that is meant here.
  const name = kind === 'backup.created' ? 'deploy.backedUp' : kind === 'backup.restored' ? 'deploy.restored' : kind;
  return { name, principal: by, details };
}

function deploymentDetails({ steps, ...deployment }: Deployment): OperationEvent['details'] {
  const { id, version, from, channel, strategy, outcome, ms, backup, migrations, error, wayBack, evidence } =
    deployment;
  const last = steps.at(-1);
  const stopped = last?.outcome === 'failed' ? { step: last.step, detail: last.detail } : undefined;
  const what = { id, version, from, channel, strategy, outcome, durationMs: ms, backup, migrations };
  return { ...what, error, wayBack, evidence, stopped };
}

/** What a release manager tells; its steps are for progress, and no news. */
export function ofReleases(event: ReleaseManagerEvent): SaidEvent | undefined {
  if (event.kind === 'step') return undefined;
  const { kind, by, version } = event;
  const more =
    event.kind === 'release.failed' ? failureOf(event.error) : 'reason' in event ? { reason: event.reason } : {};
  return { name: kind, principal: by, details: { version, ...more } };
}

/** What a migrator tells: of whole migrations, not of their statements. */
export function ofMigrator(event: MigratorEvent): SaidEvent | undefined {
  if (event.type === 'begun') {
    const { id, direction, backup } = event;
    return { name: 'migration.started', details: { id, direction, backup } };
  }
  if (event.type === 'ended') {
    const { id, direction, ms } = event;
    return { name: 'migration.finished', details: { id, direction, durationMs: ms } };
  }
  if (event.type !== 'repaired') return undefined;
  const { id, by, from, to } = event;
  return { name: 'migration.repaired', level: 'warn', principal: by, details: { id, from, to } };
}

/** What a registry of models tells. */
export function ofModels({ type, at, by, ...details }: RegistryEvent): SaidEvent {
  return { name: type, atMs: at, principal: by, details };
}

/** What a scheduler tells. The tenant of a job is the part of its name behind the slash. */
export function ofScheduler({ type, ...details }: ScheduleEvent): SaidEvent {
  const slash = details.job.indexOf('/');
  return { name: type, tenant: slash < 0 ? undefined : details.job.slice(slash + 1), details };
}

/** A failure as events keep it: its code and words, and no trace. */
function failureOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { readonly code?: unknown };
  return { code: typeof code === 'string' ? code : 'UNEXPECTED', message: error.message };
}
