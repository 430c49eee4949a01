import type { StartedService, StoppedService } from '../repository/service-contract.ts';
import { nameOf, type ServiceNotes } from './notes.ts';

/**
 * Starts services that were left stopped, each once, but for those whose data a restore has left half done. One that does not start
 * stays noted.
 */
export async function startServices(
  notes: ServiceNotes,
  left: readonly StoppedService[],
  start: (service: StoppedService) => Promise<void>,
): Promise<StartedService[]> {
  const done: StartedService[] = [];
  const failed = new Map<string, unknown>();
  const started = new Set<string>();
  for (const service of left) {
    const name = nameOf(service.startBy);
    try {
      if (!started.has(name)) {
        if (failed.has(name)) continue;
        await start(service);
        started.add(name);
        done.push({ service });
      }
      await notes.remove(service.id);
    } catch (error) {
      failed.set(name, error);
      done.push({ service, error });
    }
  }
  return done;
}
