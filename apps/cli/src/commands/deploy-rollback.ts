import { deployProgress } from '../compose/deploy-progress.ts';
import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { deployedLine } from '../render/deployment.ts';
import { confirmPlan, RUN_OPTIONS, type RunFlags, runOptions, showDeployPlan } from './deploy-flags.ts';

interface RollbackFlags extends RunFlags {
  /** `false` with `--no-restore`. */
  readonly restore?: string | boolean | undefined;
  readonly readAll?: true | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [target] = input.arguments;
  const { restore, readAll, ...flags } = input.options as RollbackFlags;
  const { deployer } = await openDeploys(context, { onEvent: deployProgress(context.messages) });
  const { signal, output, messages } = context;
  const plan = await deployer.planRollback(target, {
    ...runOptions(flags),
    restore: restore === true ? 'newest' : restore,
    fileCheck: readAll === true ? 'full' : 'quick',
    signal,
  });
  if (flags.dryRun === true) return showDeployPlan(context, plan);
  await confirmPlan(context, plan, flags.yes ?? false);
  const deployment = await context
    .timed('roll back', () => deployer.rollbackRelease(plan, { force: flags.force, reason: flags.reason, signal }))
    .finally(() => messages.status(undefined));
  if (context.json) await emitObject(output, 'Deployment', deployment);
  else await output.line(messages.quiet ? deployment.version : deployedLine(deployment));
  return EXIT.ok;
}

/** `holdfast deploy rollback`. */
export const deployRollback: CommandDefinition = {
  path: ['deploy', 'rollback'],
  action: 'deploy.rollback',
  summary: 'Go back to a release that was good, with its database',
  description:
    'Without a version: the good release before the current one. Migrations that it does not know are taken back; where one has no way back, or ' +
    'has taken something away (`contract`), that is refused with the name of the backup from before it, and --restore restores that: what ' +
    'was written since is dropped, and the plan says what. Where taking one back drops data, the plan offers the same. A step that fails takes everything back.',
  arguments: [{ name: '[version]', description: 'a release that is on this machine' }],
  options: [
    {
      flags: '--restore [backup]',
      description: 'restore a safety backup instead of taking migrations back (default: the newest that fits)',
    },
    {
      flags: '--no-restore',
      description: 'take migrations back although they drop data, also where `deploy.restoreData` is `automatic`',
    },
    {
      flags: '--read-all',
      description: 'read every byte of the target first, not only the files whose size or time has changed',
    },
    ...RUN_OPTIONS,
    { flags: '--no-maintenance', description: 'the flag of maintenance stays down' },
    { flags: '--yes', description: 'do not ask' },
    ...DEPLOY_OPTIONS,
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy rollback --dry-run', does: 'Where to, and how?' },
    { call: 'holdfast deploy rollback --yes', does: 'To the good release before, without a question' },
    { call: 'holdfast deploy rollback 1.0.4 --restore', does: 'With the data of before, past a contract' },
  ],
  output: { shape: 'Deployment', dryRun: 'DeployPlan' },
  run,
};
