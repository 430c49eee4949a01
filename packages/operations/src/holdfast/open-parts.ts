import { openRepository, type Repository } from '@x/backup-store';
import { createFlags, type Flags } from '@x/feature-flags';
import { createModelRegistry, type ModelRegistry } from '@x/ml-model-registry';
import { createReleaseManager, type ReleaseManager } from '@x/versioning';
import { createDeployer, type Deployer } from '@x/versioning/deploy';
import type { Access, Principal } from '../access/contract.ts';
import { guardRepository } from '../access/guard-repository.ts';
import { guardReleases } from '../access/guard-versions.ts';
import { authorizeDeploys, authorizeModels } from '../access/intents.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { HoldfastAs } from './contract.ts';
import { Opened } from './opened.ts';
import { demand, type Settings } from './settings.ts';

/** Packages that are opened when they are needed first. */
export interface OpenParts {
  readonly repository: Opened<Repository>;
  readonly models: Opened<ModelRegistry>;
  readonly flags: Opened<Flags>;
  readonly releases: () => ReleaseManager | undefined;
  readonly deployer: () => Deployer | undefined;
  readonly close: () => Promise<void>;
}

/** What tells of itself to the hub. */
export function openParts({ config, clock, principal }: Settings, listeners: EventHub['listeners']): OpenParts {
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
  readonly access: Access;
}

/** The packages for somebody, who is asked about at each call. */
export function asOf(who: Principal, { settings, parts, access }: AsParts): HoldfastAs {
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
