import { editableFlags, FLAGS_OPTIONS, flagsPlace } from '../compose/flags.ts';
import { versionOutput } from '../compose/flag-edits.ts';
import { usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { changesText } from '../render/flag-changes.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

const LIMIT = 20;

function limitOf(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit > 0) return limit;
  throw usageError(`Expected a number of versions, got ${JSON.stringify(text)}`, 'A whole number from 1 on.');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [key] = input.arguments;
  const { limit = LIMIT } = input.options as { readonly limit?: number };
  const place = await flagsPlace(context);
  const store = await editableFlags(context, place);
  const { output, messages } = context;
  let shown = 0;
  const onProblem = (version: number, { message }: Error): void => {
    messages.warn(`version ${version} can’t be read: ${displayText(message)}`);
  };
  for await (const version of store.history({ key, onProblem, signal: context.signal })) {
    if (shown === limit) {
      messages.note(`There are more: --limit ${limit * 10} shows them.`);
      break;
    }
    shown++;
    if (context.json) {
      await output.line(jsonOf('FlagVersion', versionOutput(version)));
      continue;
    }
    const { version: number, atMs, by, why, rollbackTo } = version;
    const back = rollbackTo === undefined ? '' : `, back to version ${rollbackTo}`;
    await output.line(output.colors.bold(`version ${number}, ${formatTime(atMs)}, ${displayText(by)}${back}`));
    await output.line(`  ${displayText(why)}`);
    for (const line of changesText(version)) await output.line(`    ${line}`);
  }
  if (shown === 0 && !context.json) {
    const what = key === undefined ? 'flags were' : `a flag called ${displayText(key)} was`;
    messages.note(`There is no history: ${what} not changed by \`holdfast\` yet.`);
  }
  return EXIT.ok;
}

/** `holdfast flags history`. */
export const flagsHistory: CommandDefinition = {
  path: ['flags', 'history'],
  action: 'flags.read',
  summary: 'Show who changed flags, when, why and how',
  description:
    'Newest first. The history of a file is in a folder beside it; what was written into the file by hand is in there from the ' +
    'next change on.',
  arguments: [{ name: '[flag]', description: 'only changes of this flag' }],
  options: [
    { flags: '--limit <number>', description: `at most so many versions (default: ${LIMIT})`, parse: limitOf },
    ...FLAGS_OPTIONS,
  ],
  examples: [{ call: 'holdfast flags history new_ui', does: 'Who raised it?' }],
  output: { shape: 'FlagVersion', lines: true },
  run,
};
