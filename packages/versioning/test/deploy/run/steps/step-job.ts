import type { Deployer } from '../../../../src/deploy/index.ts';
import { shopDeployer, type ShopPlaces } from '../shop-machine.ts';
import { sleeperCheck, sleeperService } from './sleeper-service.ts';

/** What is done to a machine, and what comes in between. */
export interface StepJob {
  readonly action: 'deploy' | 'rollback' | 'restore';
  /** What is deployed, or gone back to. */
  readonly version: string;
  /** The release that fails its checks. */
  readonly sick?: string | undefined;
  readonly restoreData?: 'automatic' | undefined;
  readonly expandMigrations?: 'back' | undefined;
}

/** The deployer of a machine whose service is a process that sleeps. */
export function stepDeployer(places: ShopPlaces, { sick, restoreData, expandMigrations }: Partial<StepJob>): Deployer {
  return shopDeployer(places, {
    service: sleeperService(places.root),
    postChecks: [sleeperCheck(places.root, sick)],
    // What is started runs before it is looked at, so nothing is asked twice.
    healthTimeoutMs: 0,
    restoreData,
    expandMigrations,
  });
}

/** Does all of it, under maintenance. */
export async function doJob(deployer: Deployer, { action, version }: StepJob): Promise<void> {
  const maintenanceMode = true;
  if (action === 'deploy') await deployer.deployRelease(version, { maintenanceMode });
  else if (action === 'rollback') await deployer.rollbackRelease(version, { maintenanceMode });
  else await deployer.rollbackRelease(version, { maintenanceMode, restore: 'newest' });
}
