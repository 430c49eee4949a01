import { demandDuration } from '../config/duration.ts';
import { deployProgress } from '../compose/deploy-progress.ts';
import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { RELEASE_OPTIONS } from '../compose/releases.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { deployedLine } from '../render/deployment.ts';
import { deployElsewhere } from './deploy-elsewhere.ts';
import { deployPull, type PullFlags } from './deploy-pull.ts';
import { RUN_OPTIONS, type RunFlags, runOptions, showDeployPlan } from './deploy-flags.ts';
import { NOT_ELSEWHERE, NOT_WITH_PULL, NOT_WITH_RESTART, ONLY_WITH_PULL, refuseFlags } from './deploy-run-flags.ts';

interface DeployFlags extends RunFlags, PullFlags {
  readonly pull?: true | undefined;
  readonly strategy?: string | undefined;
  readonly way?: string | undefined;
}

/** Whether this machine is deployed to, by itself. */
const isHere = (strategy = 'local'): boolean => strategy === 'local' || strategy === 'local-restart';

/** `local-restart` would do something else. */
function wayName(text: string): string {
  if (/^[a-z][a-z0-9-]{0,39}$/.test(text) && text !== 'local-restart') return text;
  throw usageError(`Expected the name of a strategy, got ${JSON.stringify(text)}`, 'As hybrid or remote-ci.');
}

/** A version, or a look at the store for one. @throws {CliError} `USAGE`. */
function checkWanted(version: string | undefined, flags: DeployFlags): void {
  const { pull, strategy, way } = flags;
  if (version === undefined && pull !== true) {
    throw usageError('Expected a version, got none', 'Name a release; or let --pull find out what was asked for.');
  }
  if (strategy !== undefined && way !== undefined) {
    throw usageError(
      'Expected --strategy or --way, got both',
      'A way is what another strategy says of itself where it ends here.',
    );
  }
  if (pull === true && version !== undefined) {
    throw usageError('Expected no version beside --pull, got one', 'The store says what is deployed.');
  }
  if (pull === true) refuseFlags(flags, NOT_WITH_PULL, 'beside --pull');
  else refuseFlags(flags, ONLY_WITH_PULL, 'without --pull');
  if (strategy === 'local-restart') refuseFlags(flags, NOT_WITH_RESTART, 'with --strategy local-restart');
  else if (!isHere(strategy)) refuseFlags(flags, NOT_ELSEWHERE, `with --strategy ${strategy}`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [version] = input.arguments;
  const { strategy, ...flags }: DeployFlags = input.options as DeployFlags;
  checkWanted(version, input.options as DeployFlags);
  if (version === undefined) return deployPull(context, flags, runOptions(flags));
  if (strategy !== undefined && !isHere(strategy))
    return deployElsewhere(context, { strategy, version, dryRun: flags.dryRun === true });
  const { deployer } = await openDeploys(context, { onEvent: deployProgress(context.messages) });
  const { signal, output, messages } = context;
  const options = { ...runOptions(flags), strategy: flags.way ?? strategy, signal };
  if (flags.dryRun === true) return showDeployPlan(context, await deployer.planDeploy(version, options));
  const plan = await deployer.planDeploy(version, options);
  for (const line of plan.warnings) messages.warn(line);
  const deployment = await context
    .timed('deploy', () => deployer.deployRelease(plan, { force: flags.force, reason: flags.reason, signal }))
    .finally(() => messages.status(undefined));
  if (context.json) await emitObject(output, 'Deployment', deployment);
  else await output.line(messages.quiet ? deployment.version : deployedLine(deployment));
  return EXIT.ok;
}

/** `holdfast deploy run`. */
export const deployRun: CommandDefinition = {
  path: ['deploy', 'run'],
  action: 'deploy.run',
  summary: 'Deploy a release to this machine: check, back up, migrate, switch, check again',
  description:
    'When a step fails, what was done is taken back: before the switch everything; after it, the release before is current and runs again, ' +
    'and the new one stays as evidence. At Ctrl-C the same happens before the switch; after it, the run stops where it is, and `deploy ' +
    'resume` ends it. The exit code is 0 only when the new release is current and its checks have passed.',
  arguments: [{ name: '[version]', description: 'a release, as `release list` has it; none with --pull' }],
  options: [
    ...RUN_OPTIONS,
    { flags: '--maintenance', description: 'the flag of maintenance is up meanwhile' },
    {
      flags: '--strategy <name>',
      description:
        'local (default); local-restart: only restart the current release; remote-ci, hybrid, server-controlled, or one of your own: as "strategies" in "deploy" says',
    },
    {
      flags: '--way <name>',
      description: 'how the history calls the way it came, where a strategy ends here: hybrid, remote-ci',
      parse: wayName,
    },
    {
      flags: '--pull',
      description: 'deploy what was asked for by server-controlled, or the newest release if it is newer',
    },
    { flags: '--every <duration>', description: 'with --pull: look again and again', parse: demandDuration },
    {
      flags: '--server-name <name>',
      description: 'with --pull: name of this server in answers (default: that of the machine)',
    },
    ...DEPLOY_OPTIONS,
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy run 1.0.5', does: 'The configured machine' },
    { call: 'holdfast deploy run 1.0.5 --dry-run', does: 'Look at the plan and at the way back first' },
    { call: 'holdfast deploy run 1.0.5 --strategy local-restart', does: 'Restart what is current' },
    { call: 'holdfast deploy run 1.0.5 --strategy remote-ci', does: 'Push, and let CI deploy' },
    { call: 'holdfast deploy run --pull --every 1m', does: 'A server that sees to itself' },
  ],
  output: { shape: 'Deployment', dryRun: 'DeployPlan' },
  run,
};
