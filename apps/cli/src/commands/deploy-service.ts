import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface ServiceFlags {
  readonly dryRun?: true | undefined;
}

const VERBS = ['install', 'start', 'stop', 'restart', 'uninstall'] as const;

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [word = ''] = input.arguments;
  const verb = VERBS.find((each) => each === word);
  if (verb === undefined) throw usageError(`Expected ${VERBS.join(', ')}, got ${JSON.stringify(word)}`);
  const { deployer, service, describeAction } = await openDeploys(context);
  if (service === undefined) throw usageError('Expected a service, got none', 'Name it with --service.');
  const { signal, output, messages } = context;
  const { dryRun = false } = input.options as ServiceFlags;
  const actions = await deployer.service.plan(verb, { signal });
  if (!dryRun) {
    await deployer.service.run(verb, { signal, onAction: (text) => messages.detail(displayText(text)) });
  }
  const { state, pids } = await service.status({ signal });
  const { name } = service.spec;
  if (context.json) await emitObject(output, 'DeployService', { name, verb, dryRun, actions, state, pids });
  else if (dryRun) for (const action of actions) await output.line(describeAction(action));
  else await output.line(displayText(`${name}: ${state}`));
  return EXIT.ok;
}

/** `holdfast deploy service`. */
export const deployService: CommandDefinition = {
  path: ['deploy', 'service'],
  action: 'deploy.service',
  summary: 'Start, stop or restart what runs the current release',
  description:
    'A deploy does so by itself. `start` and `restart` write the `.env` of the current release anew, as `shared/.env` is by now, and are refused while a deploy is under way. What only root may do is ' +
    'refused with the commands to carry out.',
  arguments: [{ name: '<verb>', description: VERBS.join(', ') }],
  options: [
    { flags: '--dry-run', description: 'only show what would be done, as commands of a shell' },
    ...DEPLOY_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy service stop', does: 'Until it is started again' },
    {
      call: 'holdfast deploy service install --service-type systemd --dry-run',
      does: 'The unit, and what is done with it',
    },
  ],
  output: { shape: 'DeployService' },
  run,
};
