import { openRepository, type Repository } from '@x/backup-store';
import { createFlags, type Flags } from '@x/feature-flags';
import { openLogs } from '@x/logging';
import { createModelRegistry, type ModelRegistry } from '@x/ml-model-registry';
import { openStore } from '@x/storage';
import { createReleaseManager, type ReleaseManager } from '@x/versioning';
import { createDeployer, type Deployer } from '@x/versioning/deploy';
import type { Principal } from '../access/contract.ts';
import { createAccess } from '../access/create-access.ts';
import { guardRepository } from '../access/guard-repository.ts';
import { guardReleases } from '../access/guard-versions.ts';
import { authorizeDeploys, authorizeModels } from '../access/intents.ts';
import { createAlerts } from '../alerts/create-alerts.ts';
import { createRansomwareWatch } from '../alerts/ransomware/ransomware-watch.ts';
import { createEventHub } from '../events/event-hub.ts';
import { storedEventBook } from '../events/stored-book.ts';
import { createHealth } from '../health/create-health.ts';
import { readHealth } from '../health/health-history.ts';
import { sampleBook } from '../metrics/samples.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { cleanUp } from './clean-up.ts';
import type { Holdfast, HoldfastAs, HoldfastConfig } from './contract.ts';
import { Facts } from './facts.ts';
import { Opened } from './opened.ts';
import { demand, type Settings, settingsOf } from './settings.ts';
import { backupTiming, standardJobs } from './standard-jobs.ts';
import { TenantBackups } from './tenant-backups.ts';
import { Work } from './work.ts';

const QUARTER_MS = 92 * 86_400_000;

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
  const { clock, host, principal, onProblem } = settings;
  const logs = config.logs && (await openLogs({ ...config.logs, clock, host }));
  const book = config.book ?? logs?.audit ?? storedEventBook(state);
  const hub = createEventHub({ book, principal, host, clock, onError: onProblem });
  const access = createAccess({ ...config.access, book, clock: clock.now.bind(clock), host, onUnrecorded: onProblem });
  const { channels = [], ...rules } = config.alerts ?? {};
  const alerts = createAlerts({ ...rules, store: state, channels, book, clock, host, onProblem });
  const raising = new Set<Promise<void>>();
  hub.subscribe((event) => {
    const raised = alerts
      .onEvent(event)
      .catch(onProblem)
      .finally(() => raising.delete(raised));
    raising.add(raised);
  });
  const parts = openParts(settings, hub.listeners);
  const { checks = [], ...timing } = config.health ?? {};
  const health = createHealth({
    ...timing,
    checks,
    store: state,
    by: host,
    clock,
    onEvent: (event) => hub.tell({ ...event, atMs: Date.parse(event.at) }),
  });
  const suspects = async (tenant: string): Promise<boolean> => {
    const repository = await parts.repository.get();
    if ((await repository.tenants.show(tenant)).hold !== undefined) return true;
    const watch = createRansomwareWatch({
      repository,
      alerts: { onEvent: async (event) => hub.tell({ ...event, atMs: Date.parse(event.at) }), freezes: alerts.freezes },
      clock: clock.now.bind(clock),
      host,
    });
    return (await watch.look(tenant)).frozen;
  };
  const backups = new TenantBackups({ settings, repository: async () => parts.repository.get(), suspects });
  const samples = sampleBook(state);
  const destination = destinationOf(config);
  const facts = new Facts({
    settings,
    book,
    samples,
    destination,
    repository: async () => parts.repository.get(),
    releases: () => parts.releases(),
    deployer: () => parts.deployer(),
    health: async () =>
      checks.length === 0 ? undefined : readHealth(state, { fromMs: clock.now() - QUARTER_MS, toMs: clock.now() }),
    timingOf: (tenant) => backupTiming(settings, tenant),
  });
  const work = new Work({
    settings,
    hub,
    book,
    alerts,
    logs,
    facts,
    samples,
    destination,
    repository: async () => parts.repository.get(),
  });
  const scheduler = createScheduler({
    store: state,
    jobs: standardJobs(settings, { ...workOf(work), backups, reports: config.reports && work.reports }),
    instance: settings.schedule.instance,
    concurrency: settings.schedule.concurrency,
    clock,
    onEvent: hub.listeners.scheduler,
  });
  const close = async (): Promise<void> => {
    await scheduler.stop();
    await health.stop();
    await parts.close();
    await hub.flush();
    await Promise.all(raising);
    await hub.flush();
    await logs?.close();
  };
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
    as: (who) => asOf(who, { settings, parts, access }),
    backUp: async (tenant, options) => backups.backUp(tenant, options),
    dashboard: async () => facts.dashboard(),
    objectives: async () => facts.objectives(),
    report: async (period) => facts.report(period),
    cleanUp: async (options) => cleanUp({ settings, backups, logs }, options),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const workOf = ({ prune, verify, drills, look, clean }: Work) => ({ prune, verify, drills, look, clean });

type Listeners = ReturnType<typeof createEventHub>['listeners'];

interface OpenParts {
  readonly repository: Opened<Repository>;
  readonly models: Opened<ModelRegistry>;
  readonly flags: Opened<Flags>;
  readonly releases: () => ReleaseManager | undefined;
  readonly deployer: () => Deployer | undefined;
  readonly close: () => Promise<void>;
}

function openParts({ config, clock, principal }: Settings, listeners: Listeners): OpenParts {
  const now = clock.now.bind(clock);
  const repository = new Opened(async () =>
    openRepository({ ...config.repository, clock: now, onEvent: listeners.repository }),
  );
  const models = new Opened(async () =>
    createModelRegistry({
      by: principal,
      ...demand(config.models, 'models'),
      repository: await repository.get(),
      clock: now,
      onEvent: listeners.models,
    }),
  );
  const flags = new Opened(async () => createFlags(demand(config.flags, 'flags')));
  let manager: ReleaseManager | undefined;
  const releases = (): ReleaseManager | undefined =>
    config.releases &&
    (manager ??= createReleaseManager({ ...config.releases, clock: now, onEvent: listeners.releases }));
  let opened: Deployer | undefined;
  const deployer = (): Deployer | undefined => {
    if (config.deploy === undefined) return undefined;
    const source = config.deploy.releases ?? releases();
    return (opened ??= createDeployer({
      by: principal,
      ...config.deploy,
      releases: demand(source, 'releases'),
      clock: now,
      onEvent: listeners.deployer,
    }));
  };
  const close = async (): Promise<void> => {
    await flags.close(async (each) => each[Symbol.asyncDispose]());
    await repository.close(async (each) => each.close());
  };
  return { repository, models, flags, releases, deployer, close };
}

interface AsParts {
  readonly settings: Settings;
  readonly parts: OpenParts;
  readonly access: Holdfast['access'];
}

/** The packages for somebody, who is asked about at each call. */
function asOf(who: Principal, { settings, parts, access }: AsParts): HoldfastAs {
  const guard = { access, principal: who };
  const { config, clock } = settings;
  const by = typeof who === 'string' ? who : who.name;
  return {
    repository: async () => guardRepository(await parts.repository.get(), guard),
    releases: () => guardReleases(demand(parts.releases(), 'releases'), guard),
    deployer: () => {
      const wanted = demand(config.deploy, 'deploy');
      const releases = demand(wanted.releases ?? parts.releases(), 'releases');
      return createDeployer({
        ...wanted,
        releases,
        by,
        clock: clock.now.bind(clock),
        authorize: authorizeDeploys(guard),
      });
    },
    models: async () => {
      const wanted = demand(config.models, 'models');
      const authorize = authorizeModels({ ...guard, tenant: wanted.tenant });
      return createModelRegistry({
        ...wanted,
        repository: await parts.repository.get(),
        by,
        clock: clock.now.bind(clock),
        authorize,
      });
    },
  };
}

/** The repository's place, as samples and disks name it. */
function destinationOf({ repository }: HoldfastConfig): string {
  return typeof repository.store === 'string' ? repository.store : repository.store.url;
}
