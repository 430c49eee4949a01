import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context): Promise<ExitCode> {
  const { deployer, describeAction } = await openDeploys(context);
  const { made, left } = await deployer.init();
  const { root } = deployer.layout;
  const { output, messages } = context;
  if (context.json) {
    await emitObject(output, 'DeployInitialised', { root, made, left });
    return EXIT.ok;
  }
  for (const folder of made) messages.detail(`made ${displayText(folder)}`);
  await output.line(
    displayText(made.length === 0 ? `${root} is as it should be` : `made ${made.length} folders below ${root}`),
  );
  if (left.length > 0) {
    messages.warn('The service is left to be set up, as root:');
    for (const action of left) for (const line of describeAction(action).split('\n')) messages.warn(displayText(line));
  }
  return EXIT.ok;
}

/** `holdfast deploy init`. */
export const deployInit: CommandDefinition = {
  path: ['deploy', 'init'],
  summary: 'Make the folders of a deployment, and set its service up',
  description:
    'releases/, shared/ with what outlives releases, and backups/. What is there already stays as it is, so it may be run again. What ' +
    'only root may do for the service is shown, to be done by whoever may.',
  options: DEPLOY_OPTIONS,
  examples: [{ call: 'holdfast deploy init --root /srv/shop', does: 'A place for releases' }],
  output: { shape: 'DeployInitialised' },
  run,
};
