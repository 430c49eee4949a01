import { statfs } from 'node:fs/promises';
import type { CurrentState, DeployedRelease, DeployLayout } from '../layout/model.ts';
import { type DeployLockState, readDeployLock } from '../lock/deploy-lock.ts';
import { type Maintenance, readMaintenance } from '../maintenance/maintenance.ts';
import type { ServiceStatus } from '../service/contract.ts';
import type { Deployment } from './contract.ts';
import type { DeployOverride } from './overrides.ts';
import type { DeployTools } from './tools.ts';

/** How a machine stands. */
export interface DeployStanding {
  readonly layout: DeployLayout;
  readonly channel: string;
  /** Whether its folders are there. */
  readonly isInitialised: boolean;
  readonly current: CurrentState;
  readonly releases: readonly DeployedRelease[];
  /** What is known of the service; none where nothing is restarted. */
  readonly service?: (ServiceStatus & { readonly name: string; readonly kind: string }) | undefined;
  readonly disk?: DiskSpace | undefined;
  readonly maintenance?: Maintenance | undefined;
  /** The run that has not ended. */
  readonly unfinished?: Deployment | undefined;
  /** Who works on that run; none when nobody does any more. */
  readonly lock?: DeployLockState | undefined;
  /** Newest first. */
  readonly deployments: readonly Deployment[];
  /** What somebody took upon themselves, newest first. */
  readonly overrides: readonly DeployOverride[];
}

/** The room of the disk that releases are on, in bytes. */
export interface DiskSpace {
  readonly free: number;
  readonly total: number;
}

/** Deployments and overrides that a look at everything shows. */
const LAST = 5;

/** Looks at everything, and changes nothing. */
export async function readStanding(tools: DeployTools, signal?: AbortSignal): Promise<DeployStanding> {
  const { place, service, history, overrides, channel } = tools;
  const { layout } = place;
  const disk = await diskOf(layout.releases);
  const deployments = await history.list({ limit: LAST, signal });
  const unfinished = deployments.find(({ outcome }) => outcome === 'running');
  const lock = unfinished === undefined ? undefined : await readDeployLock(layout);
  return {
    layout,
    channel,
    isInitialised: disk !== undefined,
    current: await place.current(),
    releases: disk === undefined ? [] : await place.releases(),
    service:
      service === undefined
        ? undefined
        : { ...(await service.status({ signal })), name: service.spec.name, kind: service.kind },
    disk,
    maintenance: await readMaintenance(layout),
    unfinished,
    lock: lock?.isRunning === false ? undefined : lock,
    deployments,
    overrides: await overrides.list({ limit: LAST, signal }),
  };
}

/** `undefined` where the folder is not there. */
async function diskOf(folder: string): Promise<DiskSpace | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return undefined;
  }
}
