import { openRepository, type Repository } from '@x/backup-store';
import { createFlags, type Flags } from '@x/feature-flags';
import { createModelRegistry, type ModelRegistry, type ModelRegistryOptions } from '@x/ml-model-registry';
import { createReleaseManager, type ReleaseManager } from '@x/versioning';
import { createDeployer, type Deployer, type DeployerOptions } from '@x/versioning/deploy';
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
  /** One for somebody else than the principal of the configuration. */
  readonly deployerFor: (acting: Pick<DeployerOptions, 'by' | 'authorize'>) => Deployer;
  readonly modelsFor: (acting: Pick<ModelRegistryOptions, 'by' | 'authorize'>) => Promise<ModelRegistry>;
  readonly close: () => Promise<void>;
}

/** Opens parts that tell of themselves to the hub. */
export function openParts(settings: Settings, listeners: EventHub['listeners']): OpenParts {
  const { config, clock, principal } = settings;
  const now = (): number => clock.now();
  const repository = new Opened(async () =>
    openRepository({ ...config.repository, clock: now, onEvent: listeners.repository }),
  );
  let manager: ReleaseManager | undefined;
  const releases = (): ReleaseManager | undefined =>
    config.releases &&
    (manager ??= createReleaseManager({ ...config.releases, clock: now, onEvent: listeners.releases }));
  const deployerFor = (acting: Pick<DeployerOptions, 'by' | 'authorize'>): Deployer => {
    const wanted = demand(config.deploy, 'deploy');
    const source = demand(wanted.releases ?? releases(), 'releases');
    return createDeployer({
      by: principal,
      ...wanted,
      ...acting,
      releases: source,
      clock: now,
      onEvent: listeners.deployer,
    });
  };
  const modelsFor = async (acting: Pick<ModelRegistryOptions, 'by' | 'authorize'>): Promise<ModelRegistry> => {
    const wanted = demand(config.models, 'models');
    const opened = await repository.get();
    return createModelRegistry({
      by: principal,
      ...wanted,
      ...acting,
      repository: opened,
      clock: now,
      onEvent: listeners.models,
    });
  };
  const models = new Opened(async () => modelsFor({}));
  const flags = new Opened(async () => createFlags(demand(config.flags, 'flags')));
  let deployer: Deployer | undefined;
  return {
    repository,
    models,
    flags,
    releases,
    deployer: () => config.deploy && (deployer ??= deployerFor({})),
    deployerFor,
    modelsFor,
    close: async () => {
      await flags.close(async (each) => each[Symbol.asyncDispose]());
      await repository.close(async (each) => each.close());
    },
  };
}

/** The packages for somebody, who is asked about at each call. */
export function asOf(who: Principal, { config }: Settings, parts: OpenParts, access: Access): HoldfastAs {
  const guard = { access, principal: who };
  const by = typeof who === 'string' ? who : who.name;
  return {
    repository: async () => guardRepository(await parts.repository.get(), guard),
    releases: () => guardReleases(demand(parts.releases(), 'releases'), guard),
    deployer: () => parts.deployerFor({ by, authorize: authorizeDeploys(guard) }),
    models: async () =>
      parts.modelsFor({ by, authorize: authorizeModels({ ...guard, tenant: config.models?.tenant }) }),
  };
}
