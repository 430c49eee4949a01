import type { FlagVersion } from '@x/feature-flags';
import { currentFlags, editableFlags, FLAGS_OPTIONS, openFlags, readyFlags } from '../compose/flags.ts';
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
  const { place, definitions } = await currentFlags(context, { strict: false });
  if (!Object.hasOwn(definitions.flags, key)) {
    await using flags = await openFlags(context);
    throw unknownFlag(key, flags);
  }
  const { findings } = await readyFlags(context, definitions, { strict: false });
  const problems = findings
    .filter(({ flag }) => flag === key)
    .map(({ path, message, line, column, code }) => ({ path, message, line, column, code }));
  const definition = writable(definitions.flags[key]);
  const last = place.name === '-' ? undefined : await lastChange(context, { key, place });
  const { output } = context;
  if (context.json) {
    const change = last === undefined ? {} : { lastChange: versionOutput(last) };
    await emitObject(output, 'FlagShown', { key, place: place.name, definition, problems, ...change });
    return EXIT.ok;
  }
  await output.line(output.colors.bold(displayText(key)));
  // The lines of the definition one by one: a text in it may hold what a terminal would obey.
  for (const line of jsonText(definition).split('\n')) await output.line(displayText(line));
  for (const { path, message, line, column } of problems) {
    const where = line === undefined ? '' : `:${line}:${column ?? 1}`;
    await output.line(`${output.colors.red('refused:')} ${displayText(`${place.name}${where} ${path} ${message}`)}`);
  }
  if (last !== undefined) {
    const { version, atMs, by, why } = last;
    await output.line(`version ${version}, ${formatTime(atMs)}, ${displayText(by)}: ${displayText(why)}`);
  }
  return EXIT.ok;
}

/** What is nested so deep that it can’t be written is left out: it is refused, which is said. */
function writable(definition: unknown): unknown {
  try {
    jsonText(definition);
    return definition;
  } catch {
    return null;
  }
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
  action: 'flags.read',
  summary: 'Show a flag, and who changed it last',
  description: 'Of a flag that is refused also what is wrong with it.',
  arguments: [{ name: '<flag>', description: 'name of the flag' }],
  options: FLAGS_OPTIONS,
  examples: [{ call: 'holdfast flags show new_ui', does: 'What does it say?' }],
  output: { shape: 'FlagShown' },
  run,
};
