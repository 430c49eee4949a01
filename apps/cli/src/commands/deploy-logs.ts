import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface LogFlags {
  readonly lines?: number | undefined;
  readonly follow?: true | undefined;
}

function lines(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageError(`Expected a number of lines, got ${JSON.stringify(text)}`, 'Write a whole number from 1 on.');
}

/** Who follows ends it with Ctrl-C: that is no failure. */
async function* followed(context: Context, log: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    for await (const line of log) yield context.json ? jsonOf('DeployLogLine', { line }) : displayText(line);
  } catch (error) {
    if (!context.signal.aborted) throw error;
  }
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { lines: last, follow } = input.options as LogFlags;
  const { service } = await openDeploys(context);
  if (service === undefined) throw usageError('Expected a service, got none', 'Name it with --service.');
  const { output, signal } = context;
  // A line at a time: whoever follows wants to see it when it comes.
  for await (const line of followed(context, service.logs({ lines: last, follow, signal }))) {
    await output.line(line);
    if (output.closed) break;
  }
  return EXIT.ok;
}

/** `holdfast deploy logs`. */
export const deployLogs: CommandDefinition = {
  path: ['deploy', 'logs'],
  action: 'deploy.read',
  summary: 'Show what the service has said',
  options: [
    { flags: '--lines <n>', description: 'the last lines (default: 100)', parse: lines },
    { flags: '--follow', description: 'and those that come, until Ctrl-C' },
    ...DEPLOY_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy logs', does: 'The last hundred lines' },
    { call: 'holdfast deploy logs --lines 10 --follow', does: 'And whatever comes' },
  ],
  output: { shape: 'DeployLogLine', lines: true },
  run,
};
