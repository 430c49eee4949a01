import { VersioningError } from '../../errors.ts';
import type { Deployment } from './contract.ts';
import { refused } from './failure.ts';
import { knownMigrations, sourcesOfWayBack } from './known-migrations.ts';
import type { RollbackRunOptions } from './options.ts';
import type { DeployTools } from './tools.ts';

/** What a rollback is told. */
export interface RollbackCall extends RollbackRunOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What is known of the way back to a release. */
export interface WayToTarget {
  readonly back: readonly string[];
  readonly warnings: readonly string[];
  /** What can't be looked at. */
  readonly notes?: readonly string[] | undefined;
  /** The backup that is restored instead. */
  readonly restores?: string | undefined;
}

/** What the way back has to look at. */
export interface WayFacts {
  readonly version: string;
  readonly from: string;
  readonly history: readonly Deployment[];
  readonly options: RollbackCall;
}

/** The safety backup of the deploy that left a release: its data are those that the release had last. */
export function backupBefore(history: readonly Deployment[], version: string): string | undefined {
  return history.find(({ kind, from, backup }) => kind === 'deploy' && from === version && backup !== undefined)
    ?.backup;
}

/** The way back by a backup, and what that drops. @throws {VersioningError} `DEPLOY_REFUSED`, `ROLLBACK_REFUSED`. */
export async function restored(tools: DeployTools, facts: WayFacts, asked: string): Promise<WayToTarget> {
  const { version, history, options } = facts;
  const name = asked === 'newest' ? backupBefore(history, version) : asked;
  if (tools.backup === undefined || name === undefined) {
    throw refused(
      `Expected a safety backup from before ${version} was left, got none`,
      'Restore another one with `holdfast backup restore` first.',
    );
  }
  const isKnown = history.some(({ backup }) => backup === name);
  await demandFromBefore(tools, facts, name);
  const dropped = await tools.backup.preview(name, { signal: options.signal });
  return {
    back: [],
    restores: name,
    warnings: [
      ...dropped.map((line) => `Restoring ${name} drops ${line}`),
      ...(isKnown ? [] : [`${name} was made by none of the deploys here: see that it is from before the migrations.`]),
    ],
  };
}

/** A backup that one of the deploys here has made has to be from before each contract step that is passed. */
async function demandFromBefore(
  tools: DeployTools,
  { version, from, history, options }: WayFacts,
  name: string,
): Promise<void> {
  const made = history.findIndex(({ backup }) => backup === name);
  const { signal } = options;
  const kept = new Set((await knownMigrations(tools, [{ version }], signal)).forward.map(({ id }) => id));
  const { forward } = await knownMigrations(tools, sourcesOfWayBack({ version, from }, history), signal);
  for (const { id, kind } of forward) {
    const applied = history.findIndex(({ migrated }) => migrated?.includes(id) === true);
    // The newest stands first, and a deploy makes its backup before it runs its migrations.
    if (kind !== 'contract' || kept.has(id) || made === -1 || applied === -1 || made >= applied) continue;
    throw new VersioningError(
      'ROLLBACK_REFUSED',
      `Expected a backup from before ${id}, got ${name}, which is from after it`,
      {
        hint: `Name an older one: ${backupBefore(history, version) ?? 'there is none from the deploys here'}.`,
      },
    );
  }
}

/** A backup that leads back, and what it would cost. */
export interface Offer {
  readonly what: string;
  /** What it would drop, as a sentence with a blank before it. */
  readonly drops: string;
}

/** What can be restored where migrations drop data, or don't lead back. That nobody can say what it drops must not be in the way of going back. */
export async function offerOf(
  { backup: backups, settings }: DeployTools,
  backup: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Offer | undefined> {
  if (backup === undefined || backups === undefined || settings.restoreData === 'never') return undefined;
  const what = `\`--restore ${backup}\``;
  try {
    const dropped = await backups.preview(backup, { signal });
    return { what, drops: dropped.length === 0 ? '' : ` It drops ${dropped.join('; ')}.` };
  } catch (error) {
    signal?.throwIfAborted();
    return { what, drops: ` What it drops can't be told: ${error instanceof Error ? error.message : String(error)}` };
  }
}
