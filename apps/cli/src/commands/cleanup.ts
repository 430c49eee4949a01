import { cleanPart, type CleanedPart, cleanParts } from '../compose/clean-parts.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false } = input.options as { readonly dryRun?: boolean };
  const effective = await context.effective();
  const parts: CleanedPart[] = [];
  for (const part of cleanParts(context, effective, dryRun)) {
    context.signal.throwIfAborted();
    parts.push(await cleanPart(context, part));
  }
  const hasFailed = parts.some(({ status }) => status === 'failed');
  if (context.json) await emitObject(context.output, 'CleanedParts', { dryRun, parts });
  else {
    const rows = parts.map(({ part, status, said }) => [part, status, displayText(said)]);
    const [head = '', ...lines] = tableLines([{ title: 'PART' }, { title: 'STATUS' }, { title: 'WHAT' }], rows);
    await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
    if (dryRun) context.messages.note('Nothing was changed.');
  }
  return hasFailed ? EXIT.failed : EXIT.ok;
}

/** `holdfast cleanup`. */
export const cleanup: CommandDefinition = {
  path: ['cleanup'],
  // Each of the commands that it runs asks for its own.
  action: 'retention.read',
  summary: 'Forget what no policy keeps: backups, structure, models, releases, logs; then free the space',
  description:
    'Runs `backup forget`, `structure forget`, `models cleanup`, `deploy clean`, `logs clean` and `backup prune` one after the other, each by its own policy. Where no ' +
    'policy says what stays, nothing goes. A part that fails is told, the others go on, and the exit code is 1.',
  options: [{ flags: '--dry-run', description: 'only say what would go' }],
  examples: [
    { call: 'holdfast cleanup --dry-run', does: 'What would go?' },
    { call: 'holdfast cleanup', does: 'From a schedule, once a day' },
  ],
  output: { shape: 'CleanedParts' },
  run,
};
