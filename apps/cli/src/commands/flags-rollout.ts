import type { FlagDefinitions, FlagEdit } from '@x/feature-flags';
import { EDIT_OPTIONS, editFlags, type EditFlags, percentageOf } from '../compose/flag-edits.ts';
import { featureFlags } from '../compose/flags.ts';
import { usageError } from '../errors.ts';
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
  const { isFlagdFlag } = await featureFlags(context);
  const edits = ({ flags }: FlagDefinitions): FlagEdit[] => {
    const there = Object.hasOwn(flags, key) ? flags[key] : undefined;
    if (there !== undefined && (isFlagdFlag(there) || there.variants !== undefined)) {
      throw usageError(
        `Expected a flag that is on or off, in the readable form, got ${JSON.stringify(key)}`,
        'Change its targeting or its ranges with `holdfast flags set --definition`.',
      );
    }
    if (there?.schedule?.ramp !== undefined) {
      throw usageError(
        `Expected a flag without a ramp, got ${JSON.stringify(key)}`,
        'Its schedule says the percentage: change that with `holdfast flags set --definition`.',
      );
    }
    return [{ kind: 'patch', key, patch: { rollout: unit === undefined ? { percentage } : { percentage, unit } } }];
  };
  return editFlags(context, { edits, options });
}

/** `holdfast flags rollout`. */
export const flagsRollout: CommandDefinition = {
  path: ['flags', 'rollout'],
  summary: 'Set how many get a flag',
  description: 'Raising the percentage moves nobody out who is in. `flags simulate` says beforehand who flips.',
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
