import { type Maintenance, readMaintenance } from '../maintenance/maintenance.ts';
import type { Ask } from './held.ts';
import { type DeployTools, isoNow } from './tools.ts';

/** The flag by which a service knows that it should not serve, by hand. */
export interface MaintenanceByHand {
  /** Sets the flag that the service reads, with why. */
  on(reason: string): Promise<void>;
  /** Takes it away. */
  off(): Promise<void>;
  /** Why it is on; `undefined` when it is off. */
  read(): Promise<Maintenance | undefined>;
}

/** The flag by hand. It becomes that of whoever sets it: a deploy that is under way leaves it on when it ends. */
export function maintenanceByHand(tools: DeployTools, ask: Ask): MaintenanceByHand {
  const { place, by, channel, actions, tell } = tools;
  const note = async (state: 'on' | 'off', reason?: string): Promise<void> =>
    actions.write({ kind: 'maintenance', by, at: isoNow(tools), reason, channel, state });
  return {
    on: async (reason) => {
      await ask('maintenance');
      await place.maintenance.on(reason);
      await note('on', reason);
      tell({ kind: 'maintenance.switchedOn', by, reason });
    },
    off: async () => {
      await ask('maintenance');
      await place.maintenance.off();
      await note('off');
      tell({ kind: 'maintenance.switchedOff', by });
    },
    read: async () => readMaintenance(place.layout),
  };
}
