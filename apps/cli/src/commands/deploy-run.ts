import { deployProgress } from '../compose/deploy-progress.ts';
import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { deployedLine } from '../render/deployment.ts';
import { RUN_OPTIONS, type RunFlags, runOptions, showDeployPlan } from './deploy-flags.ts';

interface DeployFlags extends RunFlags {
  readonly strategy?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [version = ''] = input.arguments;
  const { strategy, ...flags } = input.options as DeployFlags;
  const { deployer } = await openDeploys(context, { onEvent: deployProgress(context.messages) });
  const { signal, output, messages } = context;
  const options = { ...runOptions(flags), strategy, signal };
  if (flags.dryRun === true) return showDeployPlan(context, await deployer.planDeploy(version, options));
  const plan = await deployer.planDeploy(version, options);
  for (const line of plan.warnings) messages.warn(line);
  const deployment = await context
    .timed('deploy', () => deployer.deployRelease(plan, { force: flags.force, signal }))
    .finally(() => messages.status(undefined));
  if (context.json) await emitObject(output, 'Deployment', deployment);
  else await output.line(messages.quiet ? deployment.version : deployedLine(deployment));
  return EXIT.ok;
}

/** `holdfast deploy run`. */
export const deployRun: CommandDefinition = {
  path: ['deploy', 'run'],
  summary: 'Deploy a release to this machine: check, back up, migrate, switch, check again',
  description:
    'When a step fails, what was done is taken back: before the switch everything; after it, the release before is current and runs again, ' +
    'and the new one stays as evidence. At Ctrl-C the same happens before the switch; after it, the run stops where it is, and `deploy ' +
    'resume` ends it. The exit code is 0 only when the new release is current and its checks have passed.',
  arguments: [{ name: '<version>', description: 'a release, as `release list` has it' }],
  options: [
    ...RUN_OPTIONS,
    { flags: '--maintenance', description: 'the flag of maintenance is up meanwhile' },
    {
      flags: '--strategy <name>',
      description: 'local (default), or local-restart: only restart the current release',
      choices: ['local', 'local-restart'],
    },
    ...DEPLOY_OPTIONS,
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy run 1.0.5', does: 'The configured machine' },
    { call: 'holdfast deploy run 1.0.5 --dry-run', does: 'Look at the plan and at the way back first' },
    { call: 'holdfast deploy run 1.0.5 --strategy local-restart', does: 'Restart what is current' },
  ],
  output: { shape: 'Deployment', dryRun: 'DeployPlan' },
  run,
};
