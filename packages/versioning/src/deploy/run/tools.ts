import type { Clock } from '../../clock.ts';
import type { Migrations } from '../../migrations/model.ts';
import type { Migrator } from '../../migrate/model.ts';
import type { Check } from '../checks/contract.ts';
import type { Service } from '../service/contract.ts';
import type { SafetyBackup } from './contract.ts';
import type { DeployListener } from './events.ts';
import type { HandActions } from './hand-actions.ts';
import type { DeployHistory } from './history.ts';
import type { DeployJournal } from './journal.ts';
import type { DeployOverrides } from './overrides.ts';
import type { DeployPlace } from './place.ts';
import type { RestoreData } from './recovery.ts';
import type { RunArtifact } from './run-artifact.ts';
import type { ReleaseSource } from './source.ts';

/**
 * Opens what runs these migrations on the database of the deployment. It is closed after each use. `gone` are ids that the database may have although nobody has their
 * text any more: for `createMigrator`, which leaves them as they are.
 */
export type MigratorFactory = (
  migrations: Migrations,
  more: { readonly gone: readonly string[] },
) => Migrator | Promise<Migrator>;

/** How deploys behave, with the defaults filled in. */
export interface DeploySettings {
  readonly restoreData: RestoreData;
  readonly expandMigrations: 'keep' | 'back';
  /** Milliseconds in which checks after the switch have to pass. */
  readonly healthTimeoutMs: number;
  /** Milliseconds that a way back may take. */
  readonly objectiveMs: number;
}

/** All that deploys of one machine work with. */
export interface DeployTools {
  readonly place: DeployPlace;
  readonly releases: ReleaseSource;
  readonly history: DeployHistory;
  readonly overrides: DeployOverrides;
  readonly actions: HandActions;
  readonly service?: Service | undefined;
  readonly migrator?: MigratorFactory | undefined;
  readonly backup?: SafetyBackup | undefined;
  readonly preChecks: readonly Check[];
  readonly postChecks: readonly Check[];
  /** Installs what a release needs. */
  readonly install?: readonly [string, ...string[]] | undefined;
  /** Whether the programs are there that somebody has listed. */
  readonly requires: readonly Check[];
  readonly settings: DeploySettings;
  readonly channel: string;
  readonly by: string;
  readonly clock: Clock;
  readonly tell: DeployListener;
}

/** One run of them. */
export interface DeployWork {
  readonly tools: DeployTools;
  readonly journal: DeployJournal;
  /** A folder for what the run needs in between, which is removed when it has ended. */
  readonly scratch: string;
  /** What this process knows of the artefact. */
  readonly artifact: RunArtifact;
  readonly signal?: AbortSignal | undefined;
  /** Given where somebody has said that what can't be done, or taken back, may stay as it is. */
  readonly acceptance?: Acceptance | undefined;
}

/** That somebody has said so. */
export interface Acceptance {
  /** Why, in their words. */
  readonly reason?: string | undefined;
}

/** Now, as journals have it. */
export const isoNow = ({ clock }: Pick<DeployTools, 'clock'>): string => new Date(clock()).toISOString();
