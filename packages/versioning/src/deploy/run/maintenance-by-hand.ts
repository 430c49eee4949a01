import { type Maintenance, readMaintenance } from '../maintenance/maintenance.ts';
import type { Ask } from './held.ts';
import type { DeployTools } from './tools.ts';

/** The flag by which a service knows that it should not serve, by hand. */
export interface MaintenanceByHand {
  /** Sets the flag that the service reads, with why. */
  on(reason: string): Promise<void>;
  /** Takes it away. */
  off(): Promise<void>;
  /** Why it is on; `undefined` when it is off. */
  read(): Promise<Maintenance | undefined>;
}

/** The flag by hand: a deploy that is under way has its own. */
export function maintenanceByHand({ place, by, tell }: DeployTools, ask: Ask): MaintenanceByHand {
  return {
    on: async (reason) => {
      await ask('maintenance');
      await place.maintenance.on(reason);
      tell({ kind: 'maintenance.switchedOn', by, reason });
    },
    off: async () => {
      await ask('maintenance');
      await place.maintenance.off();
      tell({ kind: 'maintenance.switchedOff', by });
    },
    read: async () => readMaintenance(place.layout),
  };
}
