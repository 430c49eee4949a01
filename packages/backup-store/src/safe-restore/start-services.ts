import { codeOf } from '../errors.ts';
import type { StartedService, StartServicesOptions, StoppedService } from '../repository/service-contract.ts';
import { nameOf, type ServiceNotes } from '../service/notes.ts';
import { type ClaimedPlace, placeOf, type RestoreClaims } from './claims.ts';
import { endInto } from './finished.ts';
import type { JournalEntry, RestoreJournal } from './journal.ts';

/** What is noted on this machine. */
export interface Noted {
  readonly notes: ServiceNotes;
  readonly journal: RestoreJournal;
  readonly claims: RestoreClaims;
}

/**
 * Starts services that were left stopped, each once, but for those whose data a restore has left half done, or somebody goes back in. One
 * that does not start stays noted. A restore that was validated before it was killed is finished when its service starts.
 */
export async function startServices(
  noted: Noted,
  start: (service: StoppedService) => Promise<void>,
  options: StartServicesOptions = {},
): Promise<StartedService[]> {
  const done: StartedService[] = [];
  for (const name of new Set((await startable(noted, options)).map(({ startBy }) => nameOf(startBy)))) {
    const group = async (): Promise<readonly StoppedService[]> =>
      (await startable(noted, options)).filter(({ startBy }) => nameOf(startBy) === name);
    const started = await startOne(noted, group, start);
    if (started !== undefined) done.push(started);
  }
  return done;
}

/** @param group Its notes. @returns `undefined` when it is not to be started, or was. */
async function startOne(
  noted: Noted,
  group: () => Promise<readonly StoppedService[]>,
  start: (service: StoppedService) => Promise<void>,
): Promise<StartedService | undefined> {
  const found = await group();
  const [first] = found;
  if (first === undefined) return undefined;
  let service = first;
  try {
    await using places = await claimed(noted, found);
    if (places === undefined) return undefined;
    // Others may have gone back, or started it, while it was not claimed.
    const services = await group();
    const [again] = services;
    if (again === undefined) return undefined;
    service = again;
    await start(service);
    // It works: a note that can't be taken away leads to one more start.
    for (const each of services) await end(noted, each).catch(() => undefined);
    return { service };
  } catch (error) {
    return { service, error };
  }
}

async function startable(
  { notes, journal }: Noted,
  { tenant, except }: StartServicesOptions,
): Promise<readonly StoppedService[]> {
  const left = await notes.left();
  const waiting = new Set<string>();
  for (const { restore, startBy } of left) {
    const waits = restore !== undefined && (restore === except || (await isHalfDone(journal, restore)));
    // Also when something else has stopped it, too.
    if (waits) waiting.add(nameOf(startBy));
  }
  return left.filter((each) => !waiting.has(nameOf(each.startBy)) && (tenant === undefined || each.tenant === tenant));
}

/** Whether a restore is neither over nor was killed while the service started. Who goes back begins with stopping it. */
async function isHalfDone(journal: RestoreJournal, restore: string): Promise<boolean> {
  const step = await journal.step(restore);
  return step !== undefined && (step !== 'start' || (await journal.isHeld(restore)));
}

/** The places of their restores, so that nobody goes back there meanwhile. `undefined`: somebody is at work in one of them. */
async function claimed(
  { journal, claims }: Noted,
  services: readonly StoppedService[],
): Promise<AsyncDisposable | undefined> {
  await using taken = new AsyncDisposableStack();
  const restores = new Set(services.map(({ restore }) => restore));
  const places = together((await journal.unfinished()).filter(({ id }) => restores.has(id)));
  try {
    for (const place of places) taken.use(await claims.take(place, 'return'));
  } catch (error) {
    if (codeOf(error) === 'ROLLBACK_BUSY') return undefined;
    throw error;
  }
  return taken.move();
}

/** Each place once, as one claim on it would meet another. Pure. */
function together(entries: readonly JournalEntry[]): readonly ClaimedPlace[] {
  const all = entries.map(placeOf);
  const names = new Set(all.flatMap(({ name }) => (name === undefined ? [] : [name])));
  const roots = all.flatMap((each) => each.roots);
  return [...[...names].map((name) => ({ name, roots: [] })), ...(roots.length === 0 ? [] : [{ roots }])];
}

/** It works, so its restore is over. */
async function end({ notes, journal }: Noted, { id, restore }: StoppedService): Promise<void> {
  const entry = restore === undefined ? undefined : (await journal.unfinished()).find((each) => each.id === restore);
  if (entry !== undefined) await endInto(journal, entry);
  if (restore === undefined || (await journal.step(restore)) === undefined) await notes.remove(id);
}
