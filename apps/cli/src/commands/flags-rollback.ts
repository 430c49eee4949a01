import { EDIT_OPTIONS, rollBackFlags } from '../compose/flag-edits.ts';
import { usageError } from '../errors.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [text = '', ...keys] = input.arguments;
  if (!/^[1-9]\d*$/.test(text)) {
    throw usageError(
      `Expected the number of a version, got ${JSON.stringify(text)}`,
      '`holdfast flags history` has the numbers.',
    );
  }
  return rollBackFlags(context, { version: Number(text), keys, options: input.options });
}

/** `holdfast flags rollback`. */
export const flagsRollback: CommandDefinition = {
  path: ['flags', 'rollback'],
  action: 'flags.change',
  summary: 'Bring back a version of the flags',
  description:
    'As a new version: nothing in the history is undone. With names of flags, only these, and other flags with a mistake are no obstacle; without, all of the version has to be good.',
  arguments: [
    { name: '<version>', description: 'its number, from `holdfast flags history`' },
    { name: '[flag...]', description: 'only these flags' },
  ],
  options: EDIT_OPTIONS,
  examples: [
    { call: 'holdfast flags rollback 12 --why "Errors since 13"', does: 'All flags as they were' },
    { call: 'holdfast flags rollback 12 new_ui --why "Only this one" --dry-run', does: 'What would change?' },
  ],
  output: { shape: 'FlagsChange' },
  run,
};
