import { currentFlags, featureFlags, FLAGS_OPTIONS } from '../compose/flags.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { jsonText } from '../render/json.ts';
import { OUTPUT_OPTION, writeMade } from './flags-written.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { output } = input.options as { readonly output?: string };
  const { definitions } = await currentFlags(context, { strict: true });
  const { toFlagd } = await featureFlags(context);
  const text = `${jsonText(toFlagd(definitions))}\n`;
  await writeMade(context, text, { output, flags: Object.keys(definitions.flags).length });
  return EXIT.ok;
}

/** `holdfast flags export`. */
export const flagsExport: CommandDefinition = {
  path: ['flags', 'export'],
  action: 'flags.read',
  summary: 'Write the flags in flagd’s format',
  description: 'Everybody keeps what they have got: flagd puts units into the same buckets.',
  options: [OUTPUT_OPTION, ...FLAGS_OPTIONS],
  examples: [{ call: 'holdfast flags export --output flags.flagd.json', does: 'For flagd and what reads its files' }],
  output: { shape: 'FlagsWritten' },
  run,
};
