import { CONTEXT_OPTION, contextOf, FLAGS_OPTIONS, openFlags } from '../compose/flags.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { jsonLine } from '../render/json.ts';
import { displayText } from '../render/text.ts';
import { unknownFlag } from './unknown-flag.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [key = ''] = input.arguments;
  const { context: fields } = input.options as { readonly context?: readonly string[] };
  await using flags = await openFlags(context);
  const { evaluation, findings, sentence } = flags.explain(key, contextOf(fields));
  if (evaluation.errorCode === 'FLAG_NOT_FOUND') throw unknownFlag(key, flags);
  if (context.json) {
    await emitObject(context.output, 'FlagExplanation', { key, ...evaluation, findings, sentence });
    return EXIT.ok;
  }
  await context.output.line(displayText(sentence));
  for (const [index, { rule, facts }] of findings.entries()) {
    const decided = index === findings.length - 1 ? 'decided' : 'passed ';
    const shown = Object.entries(facts).map(([name, value]) => `${name} ${jsonLine(value)}`);
    await context.output.line(`  ${decided}  ${displayText([rule, ...shown].join(', '))}`);
  }
  return EXIT.ok;
}

/** `holdfast flags explain`. */
export const flagsExplain: CommandDefinition = {
  path: ['flags', 'explain'],
  action: 'flags.read',
  summary: 'Say why a flag has its value for somebody',
  description:
    'The rule that decided, the bucket and the threshold of a rollout, and everything that was looked at before.',
  arguments: [{ name: '<flag>', description: 'name of the flag' }],
  options: [CONTEXT_OPTION, ...FLAGS_OPTIONS],
  examples: [{ call: 'holdfast flags explain new_ui --context tenant=acme', does: 'Why does acme not have it?' }],
  output: { shape: 'FlagExplanation' },
  run,
};
