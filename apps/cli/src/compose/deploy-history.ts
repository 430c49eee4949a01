import type { Deployer, DeployMetrics, Deployment } from '@x/versioning/deploy';
import { now } from '../clock.ts';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { durationOf } from './deploy-checks.ts';
import { openDeploys } from './deploys.ts';
import { readNamed } from './named-input.ts';

/**
 * The deploys of a machine: of this one, or as a file tells those of another.
 *
 * @param file As `deploy history --json` prints it; `-` is standard input.
 * @throws {CliError} `USAGE` for a file that has something else, `UNREADABLE`.
 */
export async function readDeployHistory(
  context: Context,
  file: string | undefined,
  deployer: Deployer | undefined,
): Promise<readonly Deployment[]> {
  if (file === undefined) return (await deployer?.history({ signal: context.signal })) ?? [];
  const text = await readNamed(context, file, 'the history');
  const deployments = deploymentsIn(text);
  if (deployments !== undefined) return deployments;
  throw usageError(
    `Expected a history as \`holdfast deploy history --json\` prints it, got something else in ${file}`,
    'Write it there on the machine that was deployed to.',
  );
}

/** Which figures are wanted. */
export interface FiguresCall {
  /** Milliseconds since 1970. Default: 90 days ago. */
  readonly since?: number | undefined;
  readonly channel?: string | undefined;
  /** Milliseconds. Default: that of the configuration. */
  readonly objective?: number | undefined;
  /** A file as `deploy history --json` prints it. */
  readonly history?: string | undefined;
}

/** What the history of a machine comes to. @throws {CliError} `USAGE`, `UNREADABLE`; {VersioningError} `INVALID_HISTORY`. */
export async function deployFigures(context: Context, call: FiguresCall): Promise<DeployMetrics> {
  const { since, channel, objective, history: file } = call;
  const { settings } = await context.effective();
  const { deployMetrics } = await context.timed('load deploys', () => import('@x/versioning/deploy'));
  const deployer = file === undefined ? (await openDeploys(context)).deployer : undefined;
  const moment = now();
  return deployMetrics(await readDeployHistory(context, file, deployer), {
    now: moment,
    windowMs: since === undefined ? undefined : Math.max(1, moment - since),
    channel,
    objectiveMs: objective ?? durationOf(settings['deploy.objective'], 'deploy.objective'),
  });
}

const NEEDED = ['id', 'kind', 'version', 'channel', 'strategy', 'outcome', 'startedAt'] as const;

/** The deployments in a text; nothing where it has none. */
function deploymentsIn(text: string): readonly Deployment[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('USAGE', 'Expected JSON as a history, got something else', { cause });
  }
  const list = (value as { readonly deployments?: unknown } | null)?.deployments;
  const isDeployment = (each: unknown): each is Deployment => {
    if (typeof each !== 'object' || each === null) return false;
    const fields = each as Readonly<Record<string, unknown>>;
    return (
      NEEDED.every((name) => typeof fields[name] === 'string') &&
      Array.isArray(fields['steps']) &&
      typeof fields['migrations'] === 'number'
    );
  };
  return Array.isArray(list) && list.every(isDeployment) ? list : undefined;
}
