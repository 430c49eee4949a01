import type { FlagDefinitions, FlagEdit } from '@x/feature-flags';
import { EDIT_OPTIONS, editFlags, type EditFlags, percentageOf } from '../compose/flag-edits.ts';
import { readableFlags } from '../compose/readable-flag.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface RolloutFlags extends EditFlags {
  readonly unit?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [key = '', text = ''] = input.arguments;
  const options = input.options as RolloutFlags;
  const percentage = percentageOf(text);
  const { unit } = options;
  const flagIn = await readableFlags(context, { setsPercentage: true });
  const edits = (definitions: FlagDefinitions): FlagEdit[] => {
    flagIn(definitions, key);
    return [{ kind: 'patch', key, patch: { rollout: unit === undefined ? { percentage } : { percentage, unit } } }];
  };
  return editFlags(context, { edits, options });
}

/** `holdfast flags rollout`. */
export const flagsRollout: CommandDefinition = {
  path: ['flags', 'rollout'],
  action: 'flags.change',
  summary: 'Set how many get a flag',
  description:
    'Raising the percentage moves nobody out who is in. `flags simulate` says beforehand who flips. Flags with a mistake that are not named are no obstacle.',
  arguments: [
    { name: '<flag>', description: 'name of the flag' },
    { name: '<percentage>', description: 'from 0 to 100, with at most four decimals' },
  ],
  options: [
    { flags: '--unit <field>', description: 'what it goes by: tenant, user, session or another field' },
    ...EDIT_OPTIONS,
  ],
  examples: [{ call: 'holdfast flags rollout new_ui 25 --why "No complaints at 10 %"', does: 'From 10 to 25 percent' }],
  output: { shape: 'FlagsChange' },
  run,
};
