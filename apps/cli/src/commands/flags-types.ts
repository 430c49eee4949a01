import { currentFlags, featureFlags, FLAGS_OPTIONS } from '../compose/flags.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { OUTPUT_OPTION, writeMade } from './flags-written.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { output } = input.options as { readonly output?: string };
  const { definitions } = await currentFlags(context, { strict: true });
  const { generateTypes } = await featureFlags(context);
  await writeMade(context, generateTypes(definitions), { output, flags: Object.keys(definitions.flags).length });
  return EXIT.ok;
}

/** `holdfast flags types`. */
export const flagsTypes: CommandDefinition = {
  path: ['flags', 'types'],
  action: 'flags.read',
  summary: 'Write the TypeScript type of the flags',
  description: 'For `createFlags<FlagValues>`: a misspelt flag does not compile any more.',
  options: [OUTPUT_OPTION, ...FLAGS_OPTIONS],
  examples: [{ call: 'holdfast flags types --output src/flag-values.ts', does: 'After each change of the flags' }],
  output: { shape: 'FlagsWritten' },
  run,
};
