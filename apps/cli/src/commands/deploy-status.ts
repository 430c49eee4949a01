import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { standingLines } from '../render/deploy-status.ts';

async function run(context: Context): Promise<ExitCode> {
  const { deployer } = await openDeploys(context);
  const standing = await deployer.status({ signal: context.signal });
  const { output, messages } = context;
  if (context.json) await emitObject(output, 'DeployStatus', standing);
  else await output.write(`${standingLines(standing).join('\n')}\n`);
  if (!standing.isInitialised) messages.note('There is no deployment yet: `holdfast deploy init` makes its folders.');
  return EXIT.ok;
}

/** `holdfast deploy status`. */
export const deployStatus: CommandDefinition = {
  path: ['deploy', 'status'],
  action: 'deploy.read',
  summary: 'Say how this machine stands: releases, service, disk, maintenance, last deploys',
  description: 'A deploy that has not ended comes with what to do about it.',
  options: DEPLOY_OPTIONS,
  examples: [{ call: 'holdfast deploy status', does: 'Is everything as it should be?' }],
  output: { shape: 'DeployStatus' },
  run,
};
