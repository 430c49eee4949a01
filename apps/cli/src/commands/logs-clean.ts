import { withLogs } from '../compose/logs.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { LOGS_OPTIONS } from './logs-options.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false } = input.options as { readonly dryRun?: boolean };
  const plan = await withLogs(context, {}, async (logs) => {
    if (!dryRun) await logs.tidy();
    const decided = await logs.planClean();
    if (!dryRun) await logs.applyClean(decided);
    return decided;
  });
  const bytes = plan.remove.reduce((sum, each) => sum + each.bytes, 0);
  if (context.json) {
    await emitObject(context.output, 'LogsCleaned', { dryRun, files: [...plan.remove], bytes, kept: plan.kept });
    return EXIT.ok;
  }
  if (plan.remove.length > 0) {
    const rows = plan.remove.map((each) => [each.stream, each.day, formatBytes(each.bytes), displayText(each.file)]);
    const [head = '', ...lines] = tableLines(
      ['STREAM', 'DAY', 'SIZE', 'FILE'].map((title) => ({ title })),
      rows,
    );
    await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  }
  const what = `${formatNumberOf(plan.remove.length, 'file')} (${formatBytes(bytes)})`;
  await context.output.line(
    `${what} ${dryRun ? 'would be' : plan.remove.length === 1 ? 'was' : 'were'} removed, ${plan.kept} stay`,
  );
  return EXIT.ok;
}

/** `holdfast logs clean`. */
export const logsClean: CommandDefinition = {
  path: ['logs', 'clean'],
  action: 'logs.prune',
  summary: 'Remove what is older than the configuration says',
  description:
    'By whole days: 30 of the structured and the performance log, 365 of the audit log, unless logs.retention says otherwise. What is removed of the audit log is ' +
    'written into it first, so that what stays can still be verified; a damaged one is left as it is.',
  options: [{ flags: '--dry-run', description: 'only say what would be removed' }, ...LOGS_OPTIONS],
  examples: [{ call: 'holdfast logs clean --dry-run', does: 'What is older than it need be?' }],
  output: { shape: 'LogsCleaned' },
  run,
};
