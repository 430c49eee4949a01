import type { FlagVersion } from '@x/feature-flags';
import { currentFlags, editableFlags, FLAGS_OPTIONS, openFlags } from '../compose/flags.ts';
import { versionOutput } from '../compose/flag-edits.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { jsonText } from '../render/json.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { unknownFlag } from './unknown-flag.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [key = ''] = input.arguments;
  const { place, definitions } = await currentFlags(context);
  if (!Object.hasOwn(definitions.flags, key)) {
    await using flags = await openFlags(context);
    throw unknownFlag(key, flags);
  }
  const definition = definitions.flags[key];
  const last = place.name === '-' ? undefined : await lastChange(context, { key, place });
  const { output } = context;
  if (context.json) {
    const change = last === undefined ? {} : { lastChange: versionOutput(last) };
    await emitObject(output, 'FlagShown', { key, place: place.name, definition, ...change });
    return EXIT.ok;
  }
  await output.line(output.colors.bold(displayText(key)));
  // The lines of the definition one by one: a text in it may hold what a terminal would obey.
  for (const line of jsonText(definition).split('\n')) await output.line(displayText(line));
  if (last !== undefined) {
    const { version, atMs, by, why } = last;
    await output.line(`version ${version}, ${formatTime(atMs)}, ${displayText(by)}: ${displayText(why)}`);
  }
  return EXIT.ok;
}

async function lastChange(
  context: Context,
  { key, place }: { readonly key: string; readonly place: Parameters<typeof editableFlags>[1] },
): Promise<FlagVersion | undefined> {
  const store = await editableFlags(context, place);
  const onProblem = (version: number, { message }: Error): void => {
    context.messages.warn(`version ${version} can’t be read: ${displayText(message)}`);
  };
  for await (const version of store.history({ key, signal: context.signal, onProblem })) return version;
  return undefined;
}

/** `holdfast flags show`. */
export const flagsShow: CommandDefinition = {
  path: ['flags', 'show'],
  summary: 'Show a flag, and who changed it last',
  arguments: [{ name: '<flag>', description: 'name of the flag' }],
  options: FLAGS_OPTIONS,
  examples: [{ call: 'holdfast flags show new_ui', does: 'What does it say?' }],
  output: { shape: 'FlagShown' },
  run,
};
