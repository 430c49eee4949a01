import type { Clock } from '../../clock.ts';
import type { Check } from '../checks/contract.ts';
import type { DeployLayoutOptions } from '../layout/model.ts';
import type { Service } from '../service/contract.ts';
import type { SafetyBackup } from './contract.ts';
import type { DeployListener } from './events.ts';
import type { DeployIntent } from './intent.ts';
import type { RestoreData } from './recovery.ts';
import type { ReleaseSource } from './source.ts';
import type { MigratorFactory } from './tools.ts';

/** Options of `createDeployer`. */
export interface DeployerOptions {
  /** Where everything lies: the root, or more about it. */
  readonly layout: string | DeployLayoutOptions;
  /** Where releases come from: a `ReleaseManager`, or anything that gives a manifest and an artefact by version. */
  readonly releases: ReleaseSource;
  /** What runs the releases. Default: nothing is restarted. */
  readonly service?: Service | undefined;
  /** Opens what runs migrations on the database. Default: releases with migrations are warned of, and nothing is run. */
  readonly migrator?: MigratorFactory | undefined;
  /** Makes the safety backup. Default: none, so that migrations need an agreement. */
  readonly backup?: SafetyBackup | undefined;
  /** Run before anything is done, beside those of the deploy itself. */
  readonly preChecks?: readonly Check[] | undefined;
  /** Run after the switch until they pass; with a service, it also has to run. */
  readonly postChecks?: readonly Check[] | undefined;
  /** Installs what a release needs, in its folder: `['npm', 'ci']`. */
  readonly install?: readonly [string, ...string[]] | undefined;
  /** Programs that have to be on this machine before anything is deployed, with their versions: `{ node: '>=22', uv: '*' }`. What `engines` of a release's `package.json` demands is looked at in any case. */
  readonly requires?: Readonly<Record<string, string>> | undefined;
  /** Told of maintenance: run with `MAINTENANCE=on` or `off`. */
  readonly maintenanceHook?: readonly [string, ...string[]] | undefined;
  /** What becomes of data that no migration leads back, or only one that drops some. Default: `offer`. */
  readonly restoreData?: RestoreData | undefined;
  /** What becomes of `expand` migrations when a deploy goes back after its switch. Default: `keep`, as the release before works with them. */
  readonly expandMigrations?: 'keep' | 'back' | undefined;
  /** How long checks after the switch are asked again, in milliseconds. Default: 30,000. */
  readonly healthTimeoutMs?: number | undefined;
  /** How long a way back may take, in milliseconds: reports say whether it was met. Default: 900,000, a quarter of an hour. */
  readonly objectiveMs?: number | undefined;
  /** How many good releases `clean` keeps. Default: 5. */
  readonly keep?: number | undefined;
  /** What this machine is: `dev`, `staging`, `prod`, or any word. Default: `prod`. */
  readonly channel?: string | undefined;
  /** Who deploys, for journals and events. Default: who is logged in. */
  readonly by?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Told what happens, for logs and audits; each step, too. */
  readonly onEvent?: DeployListener | undefined;
  /** Throws where somebody may not do what they want. Asked before anything is done. Default: all may do everything. */
  readonly authorize?: ((request: DeployIntent) => void | Promise<void>) | undefined;
}
