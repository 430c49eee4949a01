import type { Repository } from '@x/backup-store';
import { openStore } from '@x/storage';
import { createRansomwareWatch } from '../alerts/ransomware/ransomware-watch.ts';
import { readHealth } from '../health/health-history.ts';
import { sampleBook } from '../metrics/samples.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { cleanUp } from './clean-up.ts';
import type { Holdfast, HoldfastConfig } from './contract.ts';
import { Facts } from './facts.ts';
import { asOf, openParts, type OpenParts } from './open-parts.ts';
import { demand, type Settings, settingsOf } from './settings.ts';
import { backupTiming, standardJobs } from './standard-jobs.ts';
import { openTelling, type Telling } from './telling.ts';
import { TenantBackups } from './tenant-backups.ts';
import { UnderWay } from './under-way.ts';
import { Work } from './work.ts';

/**
 * Wires all packages from one configuration: a repository and its tenants, releases and deploys, flags, models, logs, access, alerts, health, and what
 * runs by itself. What they tell goes into one book and to the alerts. Each part is opened when it is needed first; nothing runs before
 * `scheduler.start()`.
 *
 * @throws {OperationsError} `INVALID_OPTION`, `INVALID_ACCESS`, `INVALID_ALERTS`, `INVALID_JOB`, `INVALID_TIMING`; {StorageError} `UNSUPPORTED_URL`.
 *
 * @example
 * ```ts
 * import { createHoldfast } from '@x/operations';
 *
 * await using holdfast = await createHoldfast({
 *   state: '/var/lib/shop/operations',
 *   repository: { store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } },
 *   tenants: { 'hotel-rio': { backup: { paths: ['/srv/hotel-rio'] }, critical: true } },
 *   schedule: { timeZone: 'America/Sao_Paulo' },
 *   reports: { directory: '/srv/reports' },
 * });
 * const { snapshot } = await holdfast.backUp('hotel-rio');
 * console.log(snapshot?.id, (await holdfast.dashboard()).tenant_backups.last_success);
 * ```
 */
export async function createHoldfast(config: HoldfastConfig): Promise<Holdfast> {
  const state = typeof config.state === 'string' ? await openStore(config.state) : config.state;
  const settings = settingsOf(config, state);
  const telling = await openTelling(settings);
  const parts = openParts(settings, telling.hub.listeners);
  return holdfastOf(settings, telling, parts);
}

function holdfastOf(settings: Settings, telling: Telling, parts: OpenParts): Holdfast {
  const { hub, book, logs, access, alerts, health, settled } = telling;
  const { facts, backups, scheduler } = runningParts(settings, telling, parts);
  const underWay = new UnderWay();
  const closeAll = async (): Promise<void> => {
    await Promise.all([scheduler.stop(), underWay.close()]);
    await health.stop();
    await parts.close();
    // Alerts that were raised last tell of themselves.
    await settled();
    await settled();
    await logs?.close();
  };
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => await (closed ??= closeAll());
  return {
    hub,
    book,
    logs,
    access,
    alerts,
    health,
    scheduler,
    repository: async () => parts.repository.get(),
    releases: () => demand(parts.releases(), 'releases'),
    deployer: () => demand(parts.deployer(), 'deploy'),
    models: async () => parts.models.get(),
    flags: async () => parts.flags.get(),
    as: (who) => asOf(who, settings, parts, access),
    backUp: async (tenant, options) => underWay.run(async () => backups.backUp(tenant, options)),
    dashboard: async () => underWay.run(async () => facts.dashboard()),
    objectives: async () => underWay.run(async () => facts.objectives()),
    report: async (period) => underWay.run(async () => facts.report(period)),
    cleanUp: async (options) => underWay.run(async () => cleanUp({ settings, backups, logs }, options)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What runs by itself, and tells what came of it. */
function runningParts(
  settings: Settings,
  telling: Telling,
  parts: OpenParts,
): { readonly facts: Facts; readonly backups: TenantBackups; readonly scheduler: Holdfast['scheduler'] } {
  const { config, state, clock } = settings;
  const repository = async (): Promise<Repository> => parts.repository.get();
  const samples = sampleBook(state);
  const destination = destinationOf(config);
  const isWatched = (config.health?.checks.length ?? 0) > 0;
  const facts = new Facts({
    settings,
    book: telling.book,
    samples,
    destination,
    repository,
    releases: () => parts.releases(),
    deployer: () => parts.deployer(),
    health: async (window) => (isWatched ? readHealth(state, window) : undefined),
    timingOf: (tenant) => backupTiming(settings, tenant),
  });
  const backups = new TenantBackups({ settings, repository, suspects: suspicion(settings, telling, repository) });
  const work = new Work({ settings, telling, facts, samples, destination, repository });
  const { prune, verify, drills, look, clean } = work;
  const reports = config.reports && work.reports;
  const scheduler = createScheduler({
    store: state,
    jobs: standardJobs(settings, { backups, prune, verify, drills, look, clean, reports }),
    instance: settings.schedule.instance,
    concurrency: settings.schedule.concurrency,
    clock,
    onEvent: telling.hub.listeners.scheduler,
  });
  return { facts, backups, scheduler };
}

/** Whether nothing of a tenant may be forgotten: it is held, or its last snapshots show signs of ransomware, and are held from now on. */
function suspicion(
  { clock, host, config }: Settings,
  { alerts, pass, settled }: Telling,
  repository: () => Promise<Repository>,
): (tenant: string) => Promise<boolean> {
  return async (tenant) => {
    const opened = await repository();
    if ((await opened.tenants.show(tenant)).hold !== undefined) return true;
    // Listeners raise the alert; here it is waited for, as somebody is about to forget something.
    const onEvent: typeof alerts.onEvent = async (event) => {
      pass(event);
      await settled();
    };
    const watched = { repository: opened, alerts: { onEvent, freezes: alerts.freezes } };
    const watch = createRansomwareWatch({
      ...watched,
      limits: config.alerts?.ransomware,
      clock: () => clock.now(),
      host,
    });
    return (await watch.look(tenant)).frozen;
  };
}

/** The repository's place, as samples and disks name it. */
function destinationOf({ repository }: HoldfastConfig): string {
  return typeof repository.store === 'string' ? repository.store : repository.store.url;
}
