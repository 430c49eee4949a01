import type { Repository, StartedService, StoppedService } from '@x/backup-store';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { restoredPlace } from './restored-place.ts';
import { runService } from './services.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/**
 * Starts what a process that was killed has left stopped on this machine, and says so. Where a restore was killed while its service started,
 * what happens is what would have happened: when it does not start, the restore is rolled back.
 */
export async function startLeftServices(context: Context, repository: Repository): Promise<void> {
  for (const { service, error } of await startAll(context, repository))
    if (error !== undefined && service.restore !== undefined) await goBackBehind(context, repository, service);
}

async function startAll(context: Context, repository: Repository): Promise<readonly StartedService[]> {
  const { messages } = context;
  const all = await repository.startServices(async (each) => await start(context, each));
  for (const { service, error } of all) {
    const by = displayText(service.startBy.args?.at(-1) ?? service.startBy.command);
    const left = `Stopped at ${formatTime(service.since)} for ${displayText(service.reason)}, which was killed`;
    messages.warn(
      error === undefined
        ? `${left}: started again by \`${by}\`.`
        : `${left}, and it does not start by \`${by}\`: ${displayText((error as Error).message)}`,
    );
  }
  return all;
}

/** It was validated before it was killed, and its service does not work with it. */
async function goBackBehind(context: Context, repository: Repository, service: StoppedService): Promise<void> {
  const found = (await repository.unfinishedRestores()).find(({ id }) => id === service.restore);
  if (found?.step !== 'start') return;
  const { messages } = context;
  try {
    await using held = await restoredPlace(context, found);
    const prepare = async (): Promise<void> => await stopServiceOf(repository, found.id);
    const { status } = await repository.rollBack(found.id, { place: held?.place, prepare });
    messages.warn(`${displayText(service.reason)} was rolled back: ${status}.`);
  } catch (error) {
    messages.warn(
      `${displayText(service.reason)} was not rolled back: ${displayText((error as Error).message)}. ` +
        `See to it, then call \`holdfast backup rollback ${found.id}\`.`,
    );
  }
  await startAll(context, repository);
}

/** A database of SQLite is made old or new before. */
async function start(context: Context, { place, stopBy, startBy }: StoppedService): Promise<void> {
  if (place !== undefined && isSqliteUrl(place)) {
    const { recoverSqliteRestore } = await import('@x/backup-store/sqlite');
    const to = parseSqliteUrl(place, context.workingDirectory).path;
    const stop = stopBy && (async () => await runService(stopBy));
    if ((await recoverSqliteRestore({ to, stop, start: async () => await runService(startBy) })) !== 'none') return;
  }
  await runService(startBy);
}

/** Before it is gone back behind a restore, once nobody else does: somebody may have started the service since. */
export async function stopServiceOf(repository: Repository, restore: string): Promise<void> {
  const service = (await repository.stoppedServices()).find((each) => each.restore === restore);
  if (service?.stopBy !== undefined) await runService(service.stopBy);
}
