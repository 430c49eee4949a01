import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { CommandDefinition, CommandInput, OptionDefinition } from './command.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

/** Called with the command that was parsed and its options, global ones included. */
export type Dispatch = (definition: CommandDefinition, input: CommandInput) => Promise<void>;

/** What the program is made of. */
export interface ProgramParts {
  readonly version: string;
  readonly commands: readonly CommandDefinition[];
  /** Groups of commands: name and summary. */
  readonly groups: Readonly<Record<string, string>>;
  /** What will be parsed. Commands that it can't mean are only as much as help and suggestions say of them. */
  readonly argv: readonly string[];
  readonly dispatch: Dispatch;
}

function option(definition: OptionDefinition): Option {
  const made = new Option(definition.flags, definition.description);
  if (definition.choices !== undefined) made.choices(definition.choices);
  if (definition.required) made.makeOptionMandatory();
  const { parse, choices } = definition;
  if (definition.repeatable) {
    // A parser of one's own takes the place of the one that looks at choices.
    made.argParser<unknown[] | undefined>((text, before) => {
      if (choices?.includes(text) === false)
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
      return [...(before ?? []), parse === undefined ? text : parse(text)];
    });
  } else if (parse !== undefined) {
    made.argParser(parse);
  }
  return made;
}

/** Settings that subcommands have to be given one by one. */
function prepare(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .helpOption('-h, --help', 'show this help');
}

function examplesText(definition: CommandDefinition): string {
  const lines = definition.examples.flatMap(({ call, does }) => [`  # ${does}`, `  ${call}`]);
  return `\nExamples:\n${lines.join('\n')}`;
}

const flagsOf = ({ flags }: OptionDefinition): readonly string[] =>
  flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));

/** The global options beside options of a command's own: what that calls `-v` is no `--verbose` there. */
function globalsBeside(own: readonly OptionDefinition[]): readonly OptionDefinition[] {
  const taken = new Set(own.flatMap(flagsOf));
  return GLOBAL_OPTIONS.flatMap((definition) => {
    const flags = definition.flags.split(', ').filter((flag) => !taken.has(flag.split(' ')[0] ?? ''));
    return flags.length === 0 ? [] : [{ ...definition, flags: flags.join(', ') }];
  });
}

/** Global options may stand anywhere, so each command takes them; help lists them apart from its own. */
function addGlobalOptions(command: Command, own: readonly OptionDefinition[] = []): void {
  for (const each of globalsBeside(own)) command.addOption(option(each).helpGroup('Global Options:'));
}

/** The options of a command and all that it belongs to: what was typed last counts, defaults only where nothing was typed. */
function optionsOf(command: Command): object {
  const chain: Command[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) chain.unshift(each);
  const from = (isTyped: boolean): object[] =>
    chain.map((each) =>
      Object.fromEntries(
        Object.entries(each.opts()).filter(([name]) => (each.getOptionValueSource(name) === 'cli') === isTyped),
      ),
    );
  return Object.assign({}, ...from(false), ...from(true)) as object;
}

/** One option, so that a list of commands says that there are some: all of all commands take as long to make as the rest of a start. */
function markOptions(command: Command): void {
  for (const each of GLOBAL_OPTIONS.slice(0, 1)) command.addOption(option(each));
}

/** Whether arguments may mean a command: they have all its words then. */
function mayMean(
  words: ReadonlySet<string>,
  { path, aliases = [] }: Pick<CommandDefinition, 'path' | 'aliases'>,
): boolean {
  const name = path.at(-1) ?? '';
  return path.slice(0, -1).every((word) => words.has(word)) && [name, ...aliases].some((word) => words.has(word));
}

/** A command as lists show it. */
function listed({ path, aliases = [], summary, arguments: args = [] }: CommandDefinition): Command {
  const command = prepare(new Command(path.at(-1)));
  for (const { name, description } of args) command.addArgument(new Argument(name, description));
  return command.aliases([...aliases]).summary(summary);
}

function commandOf(definition: CommandDefinition, dispatch: Dispatch): Command {
  const command = listed(definition);
  command.description([`${definition.summary}.`, definition.description].filter(Boolean).join('\n'));
  for (const each of definition.options ?? []) command.addOption(option(each));
  addGlobalOptions(command, definition.options ?? []);
  command.addHelpText('after', examplesText(definition));
  command.action(() => dispatch(definition, { arguments: command.args, options: optionsOf(command) }));
  return command;
}

function groupOf(program: Command, name: string, summary: string = name): Command {
  return prepare(program.command(name)).description(summary).enablePositionalOptions();
}

/** The argument parser, made from the definitions of the commands. */
export function buildProgram(parts: ProgramParts): Command {
  const program = prepare(new Command('holdfast'))
    .description('Backups that come back: encrypted, deduplicated snapshots of your files.')
    .version(parts.version, '-V, --version', 'show the version')
    .helpCommand('help [command]', 'show help for a command')
    // Each command reads what follows its name by itself: the value of an option may look like an option of the program.
    .enablePositionalOptions();
  for (const each of GLOBAL_OPTIONS) program.addOption(option(each));
  const words = new Set(parts.argv);
  for (const definition of parts.commands) {
    const [first] = definition.path;
    let parent = program;
    if (definition.path.length > 1) {
      const group = program.commands.find((command) => command.name() === first);
      parent = group ?? groupOf(program, first, parts.groups[first]);
      if (group === undefined) (words.has(first) ? addGlobalOptions : markOptions)(parent);
    }
    const isMeant = mayMean(words, definition);
    const command = isMeant ? commandOf(definition, parts.dispatch) : listed(definition);
    if (!isMeant) markOptions(command);
    parent.addCommand(command);
  }
  program.addHelpText(
    'after',
    '\nExit codes: 0 ok, 1 failed, 2 usage, 3 partial, 4 not found, 5 wrong key, 6 damaged, 7 refused, 8 denied, 130 interrupted.',
  );
  return program;
}
