import type { FlagDefinitions, FlagEdit } from '@x/feature-flags';
import type { ImportOptions } from '@x/feature-flags/import';
import { EDIT_OPTIONS, editFlags, type EditFlags } from '../compose/flag-edits.ts';
import { flagImports } from '../compose/flags.ts';
import { readNamed } from '../compose/named-input.ts';
import { usageError } from '../errors.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { jsonLine } from '../render/json.ts';

interface ImportFlags extends EditFlags {
  readonly from?: ImportOptions['from'] | undefined;
  readonly overwrite?: boolean | undefined;
}

const same = (one: unknown, other: unknown): boolean => jsonLine(one ?? null) === jsonLine(other ?? null);

/** Adds members to those that are there. @throws {CliError} `USAGE` where one is there that says something else. */
function joined<Value>(
  there: Readonly<Record<string, Value>> = {},
  added: Readonly<Record<string, Value>> = {},
  { what, overwrite }: { readonly what: string; readonly overwrite: boolean },
): Readonly<Record<string, Value>> {
  const taken = Object.keys(added).filter((name) => Object.hasOwn(there, name) && !same(there[name], added[name]));
  if (taken.length > 0 && !overwrite) {
    throw usageError(
      `Expected ${what} that are not there yet, got ${taken.slice(0, 5).join(', ')}${taken.length > 5 ? ' and others' : ''}`,
      'Replace them with --overwrite, or import into another file.',
    );
  }
  return Object.fromEntries([...Object.entries(there), ...Object.entries(added)]);
}

/** The flags that are there and the imported ones. @throws {CliError} `USAGE` where they can't stand in one file. */
function combined(there: FlagDefinitions, added: FlagDefinitions, overwrite: boolean): FlagDefinitions {
  if (Object.keys(there.flags).length === 0) return { ...there, ...added };
  if (!same(there.bucketing, added.bucketing)) {
    throw usageError(
      `Expected flags with the same bucketing as those that are there, got ${added.bucketing ?? 'the usual one'}`,
      'It holds for all flags of a file, and people would change sides: import into another file.',
    );
  }
  const parts = {
    flags: joined(there.flags, added.flags, { what: 'flags', overwrite }),
    segments: joined(there.segments, added.segments, { what: 'segments', overwrite }),
    $evaluators: joined(there.$evaluators, added.$evaluators, { what: 'rules', overwrite }),
  };
  // None stays none.
  const filled = Object.entries(parts).filter(([name, part]) => name === 'flags' || Object.keys(part).length > 0);
  return { ...there, ...Object.fromEntries(filled) };
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [file = ''] = input.arguments;
  const options = input.options as ImportFlags;
  const text = await readNamed(context, file, 'flags of another system');
  const { importFlags } = await flagImports(context);
  const { definitions, notes } = importFlags(text, { from: options.from ?? 'flagd' });
  const edits = (there: FlagDefinitions): FlagEdit[] => [
    { kind: 'replace', definitions: combined(there, definitions, options.overwrite === true) },
  ];
  return editFlags(context, { edits, options, notes: notes.map(({ flag, message }) => ({ flag, message })) });
}

/** `holdfast flags import`. */
export const flagsImport: CommandDefinition = {
  path: ['flags', 'import'],
  action: 'flags.change',
  summary: 'Take over the flags of another system',
  description:
    'Everybody keeps what they have got: buckets are made as they are there. What can’t be said here is imported disabled, and ' +
    'noted. Flags that are there already stay, unless --overwrite says otherwise, and none of them may have a mistake.',
  arguments: [{ name: '<file>', description: 'its flags as JSON; - for standard input' }],
  options: [
    {
      flags: '--from <system>',
      description: 'where they come from',
      choices: ['unleash', 'growthbook', 'launchdarkly', 'flagd', 'legacy'],
      required: true,
    },
    { flags: '--overwrite', description: 'replace flags of the same name' },
    ...EDIT_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast flags import unleash.json --from unleash --why "Moving here" --dry-run',
      does: 'What comes, and what can’t be said?',
    },
  ],
  output: { shape: 'FlagsChange' },
  run,
};
