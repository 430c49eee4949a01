import type { StartedService, StoppedService } from '../repository/service-contract.ts';
import { nameOf, type ServiceNotes } from '../service/notes.ts';
import { endInto } from './finished.ts';
import type { RestoreJournal } from './journal.ts';

/** What is noted on this machine. */
export interface Noted {
  readonly notes: ServiceNotes;
  readonly journal: RestoreJournal;
}

/**
 * Starts services that were left stopped, each once, but for those whose data a restore has left half done. One that does not start
 * stays noted. A restore that was validated before it was killed is finished when its service starts.
 *
 * @param tenant Only those that were stopped for this tenant.
 */
export async function startServices(
  { notes, journal }: Noted,
  start: (service: StoppedService) => Promise<void>,
  tenant?: string,
): Promise<StartedService[]> {
  const done: StartedService[] = [];
  const failed = new Map<string, unknown>();
  const started = new Set<string>();
  for (const service of await startable({ notes, journal }, tenant)) {
    const name = nameOf(service.startBy);
    try {
      if (!started.has(name)) {
        if (failed.has(name)) continue;
        await start(service);
        started.add(name);
        done.push({ service });
      }
      await endOf(journal, service);
      await notes.remove(service.id);
    } catch (error) {
      failed.set(name, error);
      done.push({ service, error });
    }
  }
  return done;
}

async function startable({ notes, journal }: Noted, tenant: string | undefined): Promise<StoppedService[]> {
  const left = await notes.left();
  const waiting = new Set<string>();
  for (const { restore: id, startBy } of left) {
    const step = id === undefined ? undefined : await journal.step(id);
    // Also when something else has stopped it, too.
    if (step !== undefined && step !== 'start') waiting.add(nameOf(startBy));
  }
  return left.filter((each) => !waiting.has(nameOf(each.startBy)) && (tenant === undefined || each.tenant === tenant));
}

/** Its restore is over. */
async function endOf(journal: RestoreJournal, { restore: id }: StoppedService): Promise<void> {
  const entry = id === undefined ? undefined : (await journal.unfinished()).find((each) => each.id === id);
  if (entry !== undefined) await endInto(journal, entry);
}
