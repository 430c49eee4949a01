import { CONTEXT_OPTION, contextOf, FLAGS_OPTIONS, openFlags } from '../compose/flags.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { jsonLine } from '../render/json.ts';
import { unknownFlag } from './unknown-flag.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [key = ''] = input.arguments;
  const { context: fields } = input.options as { readonly context?: readonly string[] };
  await using flags = await openFlags(context);
  const { evaluation } = flags.explain(key, contextOf(fields));
  if (evaluation.errorCode === 'FLAG_NOT_FOUND') throw unknownFlag(key, flags);
  if (context.json) await emitObject(context.output, 'FlagEvaluation', { key, ...evaluation });
  else await context.output.line(jsonLine(evaluation.value));
  return evaluation.errorCode === undefined ? EXIT.ok : EXIT.failed;
}

/** `holdfast flags eval`. */
export const flagsEval: CommandDefinition = {
  path: ['flags', 'eval'],
  action: 'flags.read',
  summary: 'Print the value of a flag for somebody',
  description:
    'As JSON, so that scripts can go by it; null where the fallback of the code applies. Exits with 1 where that is because of an error, such as a mistake in the flag.',
  arguments: [{ name: '<flag>', description: 'name of the flag' }],
  options: [CONTEXT_OPTION, ...FLAGS_OPTIONS],
  examples: [{ call: 'holdfast flags eval new_ui --context tenant=acme', does: 'Does acme have it?' }],
  output: { shape: 'FlagEvaluation' },
  run,
};
