import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface InitFlags {
  readonly dryRun?: true | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false } = input.options as InitFlags;
  const { deployer, describeAction } = await openDeploys(context);
  const { made, left } = await deployer.init({ dryRun });
  const { root } = deployer.layout;
  const { output, messages } = context;
  if (context.json) {
    await emitObject(output, 'DeployInitialised', { root, dryRun, made, left });
    return EXIT.ok;
  }
  const word = dryRun ? 'would make' : 'made';
  for (const folder of made) messages.detail(`${word} ${displayText(folder)}`);
  await output.line(
    displayText(made.length === 0 ? `${root} is as it should be` : `${word} ${made.length} folders below ${root}`),
  );
  if (left.length > 0) {
    messages.warn(dryRun ? 'For the service:' : 'The service is left to be set up, as root:');
    for (const action of left) for (const line of describeAction(action).split('\n')) messages.warn(displayText(line));
  }
  return EXIT.ok;
}

/** `holdfast deploy init`. */
export const deployInit: CommandDefinition = {
  path: ['deploy', 'init'],
  action: 'deploy.init',
  summary: 'Make the folders of a deployment, and set its service up',
  description:
    'releases/, shared/ with what outlives releases, and backups/. What is there already stays as it is, so it may be run again. What ' +
    'only root may do for the service is shown, to be done by whoever may.',
  options: [{ flags: '--dry-run', description: 'only say what would be made' }, ...DEPLOY_OPTIONS],
  examples: [{ call: 'holdfast deploy init --root /srv/shop', does: 'A place for releases' }],
  output: { shape: 'DeployInitialised' },
  run,
};
