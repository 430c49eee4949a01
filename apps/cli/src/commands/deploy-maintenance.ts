import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface MaintenanceFlags {
  readonly reason: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [state = ''] = input.arguments;
  const { reason = 'maintenance' } = input.options as MaintenanceFlags;
  if (state !== 'on' && state !== 'off')
    throw usageError(`Expected on or off, got ${JSON.stringify(state)}`, 'Write `holdfast deploy maintenance on`.');
  const { deployer } = await openDeploys(context);
  if (state === 'on') await deployer.maintenance.on(reason);
  else await deployer.maintenance.off();
  const maintenance = await deployer.maintenance.read();
  if (context.json) await emitObject(context.output, 'DeployMaintenance', { on: state === 'on', maintenance });
  else await context.output.line(`maintenance is ${state}`);
  return EXIT.ok;
}

/** `holdfast deploy maintenance`. */
export const deployMaintenance: CommandDefinition = {
  path: ['deploy', 'maintenance'],
  action: 'deploy.service',
  summary: 'Say to the service that it should turn visitors away, or no longer',
  description:
    'A file, shared/maintenance.json, at which the service looks; and `maintenanceHook` of the configuration is run.',
  arguments: [{ name: '<on|off>', description: 'what it is from now on' }],
  options: [{ flags: '--reason <text>', description: 'for whoever is turned away' }, ...DEPLOY_OPTIONS],
  examples: [
    { call: 'holdfast deploy maintenance on --reason "Back at 10"', does: 'Turn visitors away' },
    { call: 'holdfast deploy maintenance off', does: 'Let them in again' },
  ],
  output: { shape: 'DeployMaintenance' },
  run,
};
