import type { AdviceContext, Deployer, Deployment, StrategyAdvice } from '@x/versioning/deploy';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { configuredChecks } from './deploy-checks.ts';
import { readDeployHistory } from './deploy-history.ts';
import { openDeploys } from './deploys.ts';
import { latestBackup, REPOSITORY } from './latest-backup.ts';
import { ownProfiles } from './own-strategies.ts';
import { openReleases } from './releases.ts';

/** What advice may be told. */
export interface AdviceFlags {
  /** The version that is live. */
  readonly live?: string | undefined;
  /** A file as `deploy history --json` prints it. */
  readonly history?: string | undefined;
  /** `false` with `--no-checks`. */
  readonly checks: boolean;
}

/** Advice, and what it was made of. */
export interface GivenAdvice {
  readonly context: AdviceContext;
  readonly live?: string | undefined;
  readonly advice: StrategyAdvice;
}

/** Looks at everything and gives advice. Nothing is deployed. @throws {CliError} `USAGE`, `UNREADABLE`; {VersioningError} those of `gatherContext`. */
export async function adviseDeploy(context: Context, flags: AdviceFlags): Promise<GivenAdvice> {
  const effective = await context.effective();
  const { settings } = effective;
  const deploy = await context.timed('load deploys', () => import('@x/versioning/deploy'));
  const deployer = settings['deploy.root'] === undefined ? undefined : (await openDeploys(context)).deployer;
  const strategies = [...deploy.BUILT_IN_STRATEGIES, ...ownProfiles(effective)];
  const history = await readDeployHistory(context, flags.history, deployer);
  const live = flags.live ?? (await currentVersion(deployer)) ?? lastGood(history, settings['deploy.channel']);
  const { workspace } = await openReleases(context);
  const { folder, component, remote, migrations } = workspace;
  const prefix = workspace.tagPrefix ?? (component === undefined ? 'v' : `${component}@`);
  const { signal } = context;
  const found = await context.timed('look at everything', async () =>
    deploy.gatherContext({
      folder,
      channel: settings['deploy.channel'],
      history,
      liveTag: live === undefined ? undefined : `${prefix}${live}`,
      remote,
      migrations,
      businessHours: settings['deploy.businessHours'],
      diskPath: deployer?.layout.root,
      health: deployer === undefined || !flags.checks ? 'unknown' : await health(context, effective, { deploy, live }),
      backups:
        settings.repository === undefined ? undefined : { destinations: [REPOSITORY], latest: latestBackup(context) },
      signal,
    }),
  );
  return { context: found, live, advice: deploy.recommendStrategy(found, { strategies }) };
}

async function currentVersion(deployer: Deployer | undefined): Promise<string | undefined> {
  const current = await deployer?.status();
  return current?.current.kind === 'release' ? current.current.version : undefined;
}

/** What was deployed last, where the machine itself can't be asked. */
function lastGood(history: readonly Deployment[], channel: string): string | undefined {
  return history
    .filter((each) => each.channel === channel && each.outcome === 'succeeded')
    .toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
    .at(-1)?.version;
}

/** What the checks after a switch say now. */
async function health(
  context: Context,
  effective: Effective,
  { deploy, live }: { readonly deploy: typeof import('@x/versioning/deploy'); readonly live: string | undefined },
): Promise<AdviceContext['health']> {
  const { postChecks } = configuredChecks(context, effective, deploy);
  if (postChecks.length === 0 || live === undefined) return 'unknown';
  const { outcome, results } = await deploy.runChecks(postChecks, { version: live, signal: context.signal });
  context.signal.throwIfAborted();
  for (const { name, found, outcome: each } of results) if (each !== 'ok') context.messages.note(`${name}: ${found}`);
  return outcome;
}
