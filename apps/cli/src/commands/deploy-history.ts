import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { handActionLines, historyTable, overrideLines } from '../render/deployment.ts';

interface HistoryFlags {
  readonly limit?: number | undefined;
  readonly channel?: string | undefined;
}

function limit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`Expected a number of deploys, got ${JSON.stringify(text)}`, 'Write a whole number from 1 on.');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  // The channel that is typed chooses; the one of the configuration says what the machine is.
  const { limit: most, channel } = input.options as HistoryFlags;
  const { deployer } = await openDeploys(context);
  const { signal, output, messages } = context;
  const wanted = { limit: most, channel, signal };
  const deployments = await deployer.history(wanted);
  const overrides = await deployer.overrides(wanted);
  const actions = await deployer.actions(wanted);
  if (context.json) {
    await emitObject(output, 'DeployHistory', { deployments, overrides, actions });
  } else if (deployments.length + overrides.length + actions.length === 0) {
    messages.note('Nothing was deployed here yet.');
  } else {
    const [head = '', ...rows] = historyTable(deployments);
    const shown = deployments.length === 0 ? [] : [output.colors.bold(head), ...rows];
    const lines = [...shown, ...overrideLines(overrides, shown.length > 0)];
    await output.write(`${[...lines, ...handActionLines(actions, lines.length > 0)].join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast deploy history`. */
export const deployHistory: CommandDefinition = {
  path: ['deploy', 'history'],
  action: 'deploy.read',
  summary: 'List deploys and rollbacks, newest first',
  description:
    'Below them stands what somebody took upon themselves: deploys without a backup, and what was left as it is, and locks that were forced, with who, when and why; and what was done by hand: to the service, to maintenance, and what was cleaned up. With `--json`, each deploy has its ' +
    'steps, its checks and the name of its safety backup.',
  options: [{ flags: '--limit <n>', description: 'no more than this many', parse: limit }, ...DEPLOY_OPTIONS],
  examples: [
    { call: 'holdfast deploy history --limit 10', does: 'The last ten' },
    { call: 'holdfast deploy history --channel staging', does: 'Those of a channel' },
  ],
  output: { shape: 'DeployHistory' },
  run,
};
