import type { DeployRunOptions, PullResult } from '@x/versioning/deploy';
import { hostname } from 'node:os';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { deployProgress } from './deploy-progress.ts';
import { requestSigning } from './deploy-strategies.ts';
import { openDeploys } from './deploys.ts';
import { openReleases, trustedKeys } from './releases.ts';
import { configFolder } from './tenant-modules.ts';

/** How a server looks for what it has to deploy. */
export interface PullCall {
  /** Name of this server in answers. Default: that of the machine. */
  readonly server?: string | undefined;
  /** Milliseconds between two looks; without it there is one. */
  readonly everyMs?: number | undefined;
  readonly options: DeployRunOptions;
}

/**
 * Looks at the store of releases and deploys what was asked for, or what is newer. What was begun and killed is ended first.
 *
 * @throws {CliError} `USAGE`; {VersioningError} `INVALID_OPTION`; {StorageError} those of the store.
 */
export async function* pullHere(context: Context, call: PullCall): AsyncGenerator<PullResult> {
  const { signal } = context;
  const effective = await context.effective();
  const { settings } = effective;
  const configs = settings['deploy.strategies'] ?? {};
  const deploy = await context.timed('load deploys', () => import('@x/versioning/deploy'));
  const { deployer } = await openDeploys(context, { onEvent: deployProgress(context.messages) });
  const { manager, storage } = await openReleases(context);
  const keys = await trustedKeys(context, undefined);
  const follows = settings['deploy.follows'] ?? 'stable';
  const pull = {
    storage,
    channel: settings['deploy.channel'],
    server: call.server ?? hostname(),
    signal,
    ...requestSigning({ configs, folder: configFolder(context, effective) }),
    newest: async () => (await manager.getActiveRelease(follows, { signal }))?.version,
    current: async () => {
      const { current } = await deployer.status({ signal });
      return current.kind === 'release' ? current.version : undefined;
    },
    deploy: async (version: string) => {
      // Whoever may write to the store may ask for anything that lies there.
      if (keys.length > 0) {
        const { verdict } = await manager.verifyRelease(version, { keys, checkout: false, signal });
        if (verdict !== 'verified') throw notVerified(version, verdict);
      }
      await deployer.deployRelease(
        await deployer.planDeploy(version, { ...call.options, strategy: 'server-controlled', signal }),
        { signal },
      );
    },
  };
  if ((await deployer.status({ signal })).unfinished !== undefined) await deployer.resume({ signal });
  if (call.everyMs === undefined) yield await deploy.pullOnce(pull);
  else yield* deploy.pullDeploys({ ...pull, everyMs: call.everyMs });
}

function notVerified(version: string, verdict: string): CliError {
  return new CliError(
    'NOT_CONFIRMED',
    `Expected ${version} to be signed by a trusted key, got a release that is ${verdict}`,
    {
      hint: 'See `holdfast release verify`.',
    },
  );
}
