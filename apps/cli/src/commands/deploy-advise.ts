import { type AdviceFlags, adviseDeploy } from '../compose/deploy-advice.ts';
import { DEPLOY_OPTIONS } from '../compose/deploys.ts';
import { RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { adviceLines } from '../render/deploy-advice.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { output } = context;
  const { context: looked, live, advice } = await adviseDeploy(context, input.options as AdviceFlags);
  if (context.json) {
    const { history: _history, ...rest } = looked;
    await emitObject(output, 'DeployAdvice', { live, ...advice, context: rest });
  } else {
    await output.write(`${adviceLines(advice, { context: looked, live }).join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast deploy advise`. */
export const deployAdvise: CommandDefinition = {
  path: ['deploy', 'advise'],
  action: 'deploy.read',
  summary: 'Say which way to deploy seems best now, and why; nothing is done',
  description:
    'Looks at what has changed since the release that is live, at checkout, remote, service, disk, backups, business hours and past deploys, and ' +
    'ranks strategies with points and reasons. The same state gives the same advice. Where the machine is another one, its history comes from a file.',
  options: [
    {
      flags: '--live <version>',
      description: 'the version that is live (default: what is current here, or the last good deploy)',
    },
    {
      flags: '--history <file>',
      description: 'past deploys, as `deploy history --json` prints them there; - is standard input',
    },
    { flags: '--no-checks', description: 'without asking the checks of the service' },
    ...DEPLOY_OPTIONS,
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy advise', does: 'Which way, on this machine?' },
    {
      call: 'holdfast deploy advise --history shop.json',
      does: 'From a checkout elsewhere, after `holdfast deploy history --json > shop.json` there',
    },
  ],
  output: { shape: 'DeployAdvice' },
  run,
};
