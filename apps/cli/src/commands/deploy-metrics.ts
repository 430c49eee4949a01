import { deployFigures } from '../compose/deploy-history.ts';
import { DEPLOY_OPTIONS } from '../compose/deploys.ts';
import { demandDuration } from '../config/duration.ts';
import { demandPast } from '../config/past-moment.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { deployMetricsLines } from '../render/deploy-metrics.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  // The channel that is typed chooses; the one of the configuration says what the machine is.
  const metrics = await deployFigures(context, input.options);
  if (context.json) await emitObject(context.output, 'DeployMetrics', metrics);
  else await context.output.write(`${deployMetricsLines(metrics, context.output.colors).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast deploy metrics`. */
export const deployMetricsCommand: CommandDefinition = {
  path: ['deploy', 'metrics'],
  action: 'deploy.read',
  summary:
    'Say how often, how fast and how well is deployed: the four figures of DORA, and rollbacks against their objective',
  description:
    'Deploys a week, lead time from commit to live, the share of deploys that failed or were taken back, and the time until service was good again; of all channels ' +
    'and of each. What can’t be said is absent. The exit code tells nothing about them.',
  options: [
    {
      flags: '--since <moment>',
      description: 'what began since this moment: "30 days ago", 2026-11-01 (default: 90 days ago)',
      parse: demandPast,
    },
    {
      flags: '--objective <duration>',
      description: 'how long a rollback may take (default: "objective" of "deploy", 15m)',
      parse: demandDuration,
    },
    {
      flags: '--history <file>',
      description: 'deploys of another machine, as `deploy history --json` prints them there; - is standard input',
    },
    ...DEPLOY_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy metrics', does: 'The last 90 days' },
    {
      call: "holdfast deploy metrics --since '30 days ago' --channel prod --json",
      does: 'A month of production, for a dashboard',
    },
  ],
  output: { shape: 'DeployMetrics' },
  run,
};
