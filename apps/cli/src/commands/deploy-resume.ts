import { deployProgress } from '../compose/deploy-progress.ts';
import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { RELEASE_OPTIONS } from '../compose/releases.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { endedLine } from '../render/deployment.ts';
import { FORCE_OPTION, REASON_OPTION } from './deploy-flags.ts';

interface ResumeFlags {
  readonly undo?: true | undefined;
  /** `false` with `--no-restore-data`. */
  readonly restoreData?: boolean | undefined;
  readonly accept?: true | undefined;
  readonly force?: true | undefined;
  readonly reason?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { undo = false, restoreData: mayRestore, accept, force, reason } = input.options as ResumeFlags;
  if (mayRestore !== undefined && !undo) {
    const flag = mayRestore ? '--restore-data' : '--no-restore-data';
    throw usageError(`Expected --undo beside ${flag}, got none`, 'Add --undo.');
  }
  if (mayRestore === true && accept === true) {
    throw usageError('Expected --accept or --restore-data, got both', 'The data stay as they are, or come back.');
  }
  const { signal, messages, output } = context;
  const call = { force, reason, accept, signal };
  const { deployer } = await openDeploys(context, { onEvent: deployProgress(messages) });
  const deployment = await context
    .timed('resume', () => (undo ? deployer.undo({ ...call, mayRestore }) : deployer.resume(call)))
    .finally(() => messages.status(undefined));
  if (context.json) await emitObject(output, 'Deployment', deployment);
  else await output.line(endedLine(deployment));
  return EXIT.ok;
}

/** `holdfast deploy resume`. */
export const deployResume: CommandDefinition = {
  path: ['deploy', 'resume'],
  action: 'deploy.run',
  summary: 'Go on with a deploy or rollback that was killed, or take it back',
  description:
    'It goes on in the direction in which it went: one that was on its way back ends there. With `--undo` it goes back, as far as there is a way: past a ' +
    '`contract` migration, or where a way back fails, only with `--restore-data`, which restores the safety backup and drops what was written since. `--accept` ends a ' +
    'run that could not be ended else: migrations, checks or hooks that still fail are left as they are.',
  options: [
    { flags: '--undo', description: 'take it back' },
    {
      flags: '--restore-data',
      description: 'with --undo: restore the safety backup where nothing else leads back without dropping data',
    },
    {
      flags: '--no-restore-data',
      description:
        'with --undo: take migrations back although they drop data, also where `deploy.restoreData` is `automatic`',
    },
    {
      flags: '--accept',
      description: 'leave what can’t be done, or taken back, as it is; it is written down, with --reason',
    },
    FORCE_OPTION,
    REASON_OPTION,
    ...DEPLOY_OPTIONS,
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy resume', does: 'Go on where it was killed' },
    { call: 'holdfast deploy resume --undo', does: 'Back to the release before' },
    {
      call: 'holdfast deploy resume --accept --reason "the column can stay"',
      does: 'End it without the migration that fails',
    },
  ],
  output: { shape: 'Deployment' },
  run,
};
