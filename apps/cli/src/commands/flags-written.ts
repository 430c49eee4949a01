import { writeOutput } from '../compose/files.ts';
import { resolvePath } from '../config/locations.ts';
import { emitObject } from '../output/emit.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';

export const OUTPUT_OPTION: OptionDefinition = {
  flags: '--output <file>',
  description: 'where it goes (default: standard output)',
};

/** Writes what was made of flags to a file or to standard output. @throws {CliError} `UNWRITABLE`. */
export async function writeMade(
  context: Context,
  text: string,
  { output, flags }: { readonly output: string | undefined; readonly flags: number },
): Promise<void> {
  if (output === undefined) return context.output.write(text);
  const file = resolvePath(output, context.workingDirectory);
  await writeOutput(file, text);
  if (context.json) await emitObject(context.output, 'FlagsWritten', { file, flags });
}
