import type { Secret, Strategy } from '@x/versioning/deploy';
import { resolve } from 'node:path';
import type { StrategyConfigs } from '../config/deploy-strategies.ts';
import type { Effective } from '../config/merge.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { durationOf } from './deploy-checks.ts';
import { buildHere } from './hybrid-build.ts';
import { ownStrategy } from './own-strategies.ts';
import { openReleases, type OpenedReleases } from './releases.ts';
import { configFolder } from './tenant-modules.ts';
import { userName } from './user.ts';

/** Strategies by which others deploy, or this machine to another one. */
export const ELSEWHERE = ['remote-ci', 'hybrid', 'server-controlled'] as const;

/** One of {@link ELSEWHERE}. */
export type StrategyName = (typeof ELSEWHERE)[number];

/** Whether a strategy is one of those that come along and deploy elsewhere. */
const isElsewhere = (name: string): name is StrategyName => ELSEWHERE.some((each) => each === name);

/** What strategies are made of. */
interface Parts {
  readonly deploy: typeof import('@x/versioning/deploy');
  readonly releases: OpenedReleases;
  readonly configs: StrategyConfigs;
  /** What files in the configuration are relative to. */
  readonly folder: string;
}

/** The strategy of a name, as it is configured. @throws {CliError} `USAGE`, `UNREADABLE`; {VersioningError} `INVALID_OPTION`. */
export async function configuredStrategy(context: Context, name: string): Promise<Strategy> {
  const effective = await context.effective();
  const deploy = await context.timed('load deploys', () => import('@x/versioning/deploy'));
  if (!isElsewhere(name)) return ownStrategy(context, effective, { name, deploy });
  const releases = await openReleases(context);
  const configs = effective.settings['deploy.strategies'] ?? {};
  const parts = { deploy, releases, configs, folder: configFolder(context, effective) };
  if (name === 'remote-ci') return remoteCi(parts);
  return name === 'hybrid' ? hybrid(context, parts) : serverControlled(parts, effective);
}

function missing(name: StrategyName, what: string): Error {
  return usageError(
    `Expected ${what} for the strategy ${name}, got none`,
    `Say it as "${name}" in "strategies" of "deploy" in holdfast.config.json.`,
  );
}

function remoteCi({ deploy, releases, configs, folder }: Parts): Strategy {
  const config = configs['remote-ci'];
  const [owner, repository] = config?.repository?.split('/') ?? [];
  if (config === undefined || owner === undefined || repository === undefined) {
    throw missing('remote-ci', 'a repository of GitHub, as acme/shop');
  }
  const { workspace } = releases;
  const prefix = workspace.tagPrefix ?? (workspace.component === undefined ? 'v' : `${workspace.component}@`);
  const token: Secret =
    config.tokenFile === undefined
      ? { env: config.tokenEnv ?? 'GITHUB_TOKEN' }
      : { file: resolve(folder, config.tokenFile) };
  return deploy.remoteCiStrategy({
    folder: workspace.folder,
    remote: config.remote ?? workspace.remote,
    branch: config.branch,
    tagOf: (version) => `${prefix}${version}`,
    github: { owner, repository, token, baseUrl: config.api },
    workflow: config.workflow,
    timeoutMs: durationOf(config.timeout, 'deploy.strategies.remote-ci.timeout'),
    pollMs: durationOf(config.poll, 'deploy.strategies.remote-ci.poll'),
  });
}

function hybrid(context: Context, { deploy, releases, configs, folder }: Parts): Strategy {
  const config = configs.hybrid;
  if (config?.host === undefined || config.store === undefined) throw missing('hybrid', 'a host and a store on it');
  const { host, store, root, copy, ssh, program = ['holdfast'] } = config;
  return deploy.hybridStrategy({
    host,
    ssh,
    copy,
    target: store,
    build: async (call) => buildHere(context, { releases, config, folder }, call),
    command: ({ version, channel }) => [
      ...program,
      'deploy',
      'run',
      version,
      '--store',
      store,
      '--channel',
      channel,
      '--way',
      'hybrid',
      ...(root === undefined ? [] : ['--root', root]),
    ],
  });
}

/** What requests are signed with. @throws {CliError} `USAGE`. */
export function requestSigning({ configs, folder }: Pick<Parts, 'configs' | 'folder'>): {
  readonly key?: Secret | undefined;
  readonly maxAgeMs?: number | undefined;
} {
  const { keyEnv, keyFile, maxAge } = configs['server-controlled'] ?? {};
  const file = keyFile === undefined ? undefined : { file: resolve(folder, keyFile) };
  return {
    key: file ?? (keyEnv === undefined ? undefined : { env: keyEnv }),
    maxAgeMs: durationOf(maxAge, 'deploy.strategies.server-controlled.maxAge'),
  };
}

function serverControlled({ deploy, releases, configs, folder }: Parts, { settings }: Effective): Strategy {
  const { servers, timeout } = configs['server-controlled'] ?? {};
  if (releases.folder !== undefined && settings['release.store'] === undefined) {
    throw usageError(
      'Expected a store of releases that servers reach, too, got the folder of this checkout',
      'Name it with --store, HOLDFAST_RELEASE_STORE or as "store" in "release".',
    );
  }
  return deploy.serverControlledStrategy({
    storage: releases.storage,
    servers,
    key: requestSigning({ configs, folder }).key,
    timeoutMs: durationOf(timeout, 'deploy.strategies.server-controlled.timeout'),
    by: userName(),
  });
}
