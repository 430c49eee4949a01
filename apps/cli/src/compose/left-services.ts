import type { Repository, StartedService, StoppedService } from '@x/backup-store';
import { now } from '../clock.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { restoredPlace } from './restored-place.ts';
import { runService } from './services.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** For so long after a kill nobody is taken to have worked with what was restored. */
const UNUSED_MS = 15 * 60_000;

/** What is done about services that were left stopped. */
export interface LeftServices {
  /** Id of a restore whose service stays as it is. */
  readonly except?: string | undefined;
  /**
   * Where a restore was killed just now while its service started, what happens is what would have happened: when it does not start, the
   * restore is rolled back. Else, and later, that is told of: the service may have worked since, and what was written would be lost.
   */
  readonly goesBack?: boolean | undefined;
}

/** Starts what a process that was killed has left stopped on this machine, and says so. */
export async function startLeftServices(
  context: Context,
  repository: Repository,
  { except, goesBack = false }: LeftServices = {},
): Promise<void> {
  const restores = goesBack ? await justKilled(repository) : new Set<string>();
  const failed: StoppedService[] = [];
  const start = async (service: StoppedService): Promise<void> => {
    // It may run all the same, and a start command may mind that.
    if (isOf(restores, service)) await stop(service).catch(() => undefined);
    try {
      await startService(context, service);
    } catch (error) {
      if (isOf(restores, service)) failed.push(service);
      throw error;
    }
  };
  const all = await repository.startServices(start, { except });
  await say(context, repository, all);
  for (const service of failed) await goBackBehind(context, repository, service);
}

/** Restores that were killed while their service started, before anybody has worked with it. */
async function justKilled(repository: Repository): Promise<ReadonlySet<string>> {
  const found = await starting(repository);
  const fresh = (await repository.stoppedServices()).filter(
    (each) => isOf(found, each) && Math.abs(now() - Date.parse(each.lastSeen)) <= UNUSED_MS,
  );
  return new Set(fresh.map(({ restore = '' }) => restore));
}

const isOf = (restores: ReadonlySet<string>, { restore }: StoppedService): boolean =>
  restore !== undefined && restores.has(restore);

/** Restores that were killed while their service started. */
const starting = async (repository: Repository): Promise<ReadonlySet<string>> =>
  new Set((await repository.unfinishedRestores()).filter(({ step }) => step === 'start').map(({ id }) => id));

async function say(context: Context, repository: Repository, all: readonly StartedService[]): Promise<void> {
  if (all.length === 0) return;
  const unfinished = await starting(repository);
  for (const { service, error } of all) {
    const by = displayText(service.startBy.args?.at(-1) ?? service.startBy.command);
    const left = `Stopped at ${formatTime(service.since)} for ${displayText(service.reason)}, which was killed`;
    const way = isOf(unfinished, service)
      ? `. \`holdfast backup rollback ${service.restore}\` goes back behind it.`
      : '';
    context.messages.warn(
      error === undefined
        ? `${left}: started again by \`${by}\`.`
        : `${left}, and it does not start by \`${by}\`: ${displayText((error as Error).message)}${way}`,
    );
  }
}

/** It was validated before it was killed, and its service does not work with it. */
async function goBackBehind(context: Context, repository: Repository, service: StoppedService): Promise<void> {
  const found = (await repository.unfinishedRestores()).find(({ id }) => id === service.restore);
  if (found?.step !== 'start') return;
  const { messages } = context;
  let isBack = false;
  try {
    await using held = await restoredPlace(context, found);
    const prepare = async (): Promise<void> => await stopServiceOf(context, repository, found.id);
    const { status } = await repository.rollBack(found.id, { place: held?.place, prepare });
    isBack = true;
    messages.warn(`${displayText(service.reason)} was rolled back: ${status}.`);
  } catch (error) {
    messages.warn(
      `${displayText(service.reason)} was not rolled back: ${displayText((error as Error).message)}. ` +
        `See to it, then call \`holdfast backup rollback ${found.id}\`.`,
    );
  }
  await startLeftServices(context, repository, { except: isBack ? undefined : found.id });
}

/** A database of SQLite is made old or new before. */
async function startService(context: Context, service: StoppedService): Promise<void> {
  const { place, startBy, stopBy } = service;
  if (place !== undefined && isSqliteUrl(place)) {
    const { recoverSqliteRestore } = await import('@x/backup-store/sqlite');
    const to = parseSqliteUrl(place, context.workingDirectory).path;
    const hooks = { stop: stopBy && (async () => await stop(service)), start: async () => await runService(startBy) };
    if ((await recoverSqliteRestore({ to, ...hooks })) !== 'none') return;
  }
  await runService(startBy);
}

async function stop({ stopBy }: StoppedService): Promise<void> {
  if (stopBy !== undefined) await runService(stopBy);
}

/**
 * Before it is gone back behind a restore, once nobody else does: somebody may have started the service since. Most stop commands fail
 * where nothing runs, which is no reason to stay with half of a restore.
 */
export async function stopServiceOf(context: Context, repository: Repository, restore: string): Promise<void> {
  const service = (await repository.stoppedServices()).find((each) => each.restore === restore);
  if (service === undefined) return;
  try {
    await stop(service);
  } catch (error) {
    context.messages.warn(
      `The service did not stop, and what was restored is rolled back all the same: ${displayText((error as Error).message)}`,
    );
  }
}
