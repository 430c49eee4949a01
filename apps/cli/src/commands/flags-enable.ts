import type { FlagDefinitions, FlagEdit } from '@x/feature-flags';
import { EDIT_OPTIONS, editFlags } from '../compose/flag-edits.ts';
import { currentFlags, featureFlags } from '../compose/flags.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

/** Both forms of a flag have a switch. */
const switching =
  (isOn: boolean) =>
  async (context: Context, input: CommandInput): Promise<ExitCode> => {
    const [key = ''] = input.arguments;
    const { isFlagdFlag } = await featureFlags(context);
    const edits = ({ flags }: FlagDefinitions): FlagEdit[] => {
      const there = Object.hasOwn(flags, key) ? flags[key] : undefined;
      const patch =
        there !== undefined && isFlagdFlag(there) ? { state: isOn ? 'ENABLED' : 'DISABLED' } : { enabled: isOn };
      return [{ kind: 'patch', key, patch }];
    };
    const code = await editFlags(context, { edits, options: input.options });
    if (isOn) await warnOfSwitch(context, key);
    return code;
  };

/** A kill switch is stronger: whoever enables a flag should know. */
async function warnOfSwitch(context: Context, key: string): Promise<void> {
  const { definitions } = await currentFlags(context, { strict: false });
  const flag = Object.hasOwn(definitions.flags, key) ? definitions.flags[key] : undefined;
  if (flag !== undefined && 'killSwitch' in flag && flag.killSwitch === true)
    context.messages.warn(`${displayText(key)} stays off: its kill switch is on.`);
}

const common = { arguments: [{ name: '<flag>', description: 'name of the flag' }], options: EDIT_OPTIONS } as const;

/** `holdfast flags enable`. */
export const flagsEnable: CommandDefinition = {
  path: ['flags', 'enable'],
  action: 'flags.change',
  summary: 'Enable a flag: its rules decide again',
  ...common,
  examples: [{ call: 'holdfast flags enable new_ui --why "The fix is deployed"', does: 'For all its rules let in' }],
  output: { shape: 'FlagsChange' },
  run: switching(true),
};

/** `holdfast flags disable`. */
export const flagsDisable: CommandDefinition = {
  path: ['flags', 'disable'],
  action: 'flags.change',
  summary: 'Disable a flag for everybody',
  description:
    'Its rules stay as they are, for when it is enabled again. Flags with a mistake that are not named are no obstacle, and stay as they are written.',
  ...common,
  examples: [{ call: 'holdfast flags disable new_ui --why "Errors at checkout"', does: 'Off for everybody' }],
  output: { shape: 'FlagsChange' },
  run: switching(false),
};
