import type { FlagDefinitions, FlagEdit, Json } from '@x/feature-flags';
import { EDIT_OPTIONS, editFlags, type EditFlags, percentageOf } from '../compose/flag-edits.ts';
import { readNamed } from '../compose/named-input.ts';
import { readableFlags } from '../compose/readable-flag.ts';
import { CliError, usageError } from '../errors.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface SetFlags extends EditFlags {
  readonly definition?: string | undefined;
  readonly description?: string | undefined;
  readonly owner?: string | undefined;
  readonly expires?: string | undefined;
  readonly percentage?: number | undefined;
  readonly unit?: string | undefined;
  readonly targetTenant?: readonly string[] | undefined;
  readonly excludeTenant?: readonly string[] | undefined;
}

type Members = { readonly [member: string]: Json };

/** What was asked for, as members of a flag. */
function membersOf(flags: SetFlags): Members {
  const { description, owner, expires, percentage, unit, targetTenant, excludeTenant } = flags;
  const rollout = given({ percentage, unit });
  return given({
    description,
    owner,
    expires,
    rollout: Object.keys(rollout).length > 0 ? rollout : undefined,
    targetTenants: targetTenant,
    excludeTenants: excludeTenant,
  });
}

const given = (members: Readonly<Record<string, Json | undefined>>): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members;

/** A flag from a file of its own. It is checked where it is put. */
async function definitionIn(context: Context, file: string): Promise<FlagDefinitions['flags'][string]> {
  const text = await readNamed(context, file, 'the definition of a flag');
  try {
    const { parse } = await import('yaml');
    const value: unknown = parse(text, { maxAliasCount: 100 });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new CliError('USAGE', `Expected the definition of a flag in ${file}, got something else`, {
    hint: 'One flag in JSON or YAML, as {"rollout": {"percentage": 25, "unit": "tenant"}}.',
  });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [key = ''] = input.arguments;
  const options = input.options as SetFlags;
  const members = membersOf(options);
  const isEmpty = Object.keys(members).length === 0;
  if ((options.definition !== undefined) !== isEmpty) {
    throw usageError(
      isEmpty ? 'Expected what to set, got nothing' : 'Expected either --definition or single members, got both',
      'As --percentage 25 --unit tenant, or --definition FILE.',
    );
  }
  if (options.definition !== undefined) {
    const definition = await definitionIn(context, options.definition);
    return editFlags(context, { edits: [{ kind: 'set', key, definition }], options });
  }
  const flagIn = await readableFlags(context, { setsPercentage: options.percentage !== undefined });
  const edits = (definitions: FlagDefinitions): FlagEdit[] => [
    flagIn(definitions, key) === undefined
      ? { kind: 'set', key, definition: members }
      : { kind: 'patch', key, patch: members },
  ];
  return editFlags(context, { edits, options });
}

/** `holdfast flags set`. */
export const flagsSet: CommandDefinition = {
  path: ['flags', 'set'],
  action: 'flags.change',
  summary: 'Make a flag, or change it',
  description:
    'Changes what is named and leaves the rest; a flag that is not there is made. With --definition, the flag becomes what ' +
    'the file says. Comments of the file of flags stay. Who, when and why goes into the history. Flags with a mistake that are not ' +
    'named are no obstacle, and stay as they are written.',
  arguments: [{ name: '<flag>', description: 'name of the flag' }],
  options: [
    { flags: '--definition <file>', description: 'all of the flag, in JSON or YAML; - for standard input' },
    { flags: '--percentage <number>', description: 'how many get it, 0 to 100', parse: percentageOf },
    { flags: '--unit <field>', description: 'what the percentage goes by: tenant, user, session or another field' },
    { flags: '--target-tenant <name>', description: 'only this tenant; may be repeated', repeatable: true },
    { flags: '--exclude-tenant <name>', description: 'not this tenant; may be repeated', repeatable: true },
    { flags: '--description <text>', description: 'what it is for' },
    { flags: '--owner <name>', description: 'who answers for it' },
    { flags: '--expires <day>', description: 'by when it should be gone, as 2027-03-01' },
    ...EDIT_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast flags set new_ui --percentage 10 --unit tenant --why "Ten tenants have asked for it"',
      does: 'A new flag',
    },
    {
      call: 'holdfast flags set new_ui --exclude-tenant globex --why "Ticket 4711" --dry-run',
      does: 'What would change?',
    },
  ],
  output: { shape: 'FlagsChange' },
  run,
};
