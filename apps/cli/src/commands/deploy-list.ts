import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { deployedTable } from '../render/deploy-status.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context): Promise<ExitCode> {
  const { deployer } = await openDeploys(context);
  const releases = await deployer.list();
  const { root } = deployer.layout;
  const { output, messages } = context;
  if (context.json) {
    await emitObject(output, 'DeployList', { root, releases });
  } else if (releases.length === 0) {
    messages.note(displayText(`No releases in ${root}.`));
  } else {
    const [head = '', ...rows] = deployedTable(releases);
    await output.write(`${[output.colors.bold(head), ...rows].join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast deploy list`. */
export const deployList: CommandDefinition = {
  path: ['deploy', 'list'],
  action: 'deploy.read',
  summary: 'List the releases on this machine',
  description:
    '`*` marks the current one. `good`: its checks have passed; `bad`: they failed, and it is kept as evidence for a while.',
  options: DEPLOY_OPTIONS,
  examples: [{ call: 'holdfast deploy list', does: 'What is here, and what is current?' }],
  output: { shape: 'DeployList' },
  run,
};
