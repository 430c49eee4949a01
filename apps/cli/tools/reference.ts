import { COMMANDS } from '../src/commands/all.ts';
import { FIELDS } from '../src/config/fields.ts';
import { SHAPES, type ShapeName } from '../src/output/shapes.ts';
import type { CommandDefinition, OptionDefinition } from '../src/program/command.ts';
import { GLOBAL_OPTIONS } from '../src/program/global-options.ts';
import { shapeFields } from './shape-fields.ts';
import { shapeSchema } from './schemas.ts';

const INTRODUCTION = `# The command line: \`holdfast\`

<!-- Written by \`pnpm --filter holdfast generate\` from the definitions of the commands: edit those. -->

\`\`\`
holdfast init       makes a repository            holdfast backup create    makes a snapshot
holdfast status     says how things stand         holdfast backup restore   brings files back
                                                  holdfast backup forget    forgets snapshots
                                                  holdfast backup prune     gives their space back
holdfast integrity  digests, lists, verifies and signs files and folders
holdfast release    plans, makes, proves, compares and takes back releases
holdfast migrate    runs migrations on a database, tries them, and takes them back
\`\`\`

## Rules for every command

- **Output** goes to standard output; progress, warnings and errors go to standard error.
- \`--json\` prints one object on standard output, or JSON Lines for \`ls\`, \`find\` and \`diff\`. An error is printed
  there too, as \`{"error": ...}\` (for JSON Lines: as the last line). Names that are not UTF-8 appear as \`path\`, for display, and as \`pathBase64\`.
- A **progress bar** is drawn on a terminal; elsewhere there is a plain line every five seconds. \`--quiet\` turns both off.
- **Ctrl-C** (and SIGTERM, SIGHUP) ends a run cleanly; a second one ends it at once. What a backup has stored by then is used by the next run, and a prune is gone on with by the next one. A release is taken back, unless it is published by then.
- A **release** is named by its version, with or without the \`v\` of its tag. \`release create\` and \`release plan\` call the version \`-v\`; everywhere else that is \`--verbose\`.
- A **snapshot** is named by its id, the beginning of its id (4 characters or more), its name, or \`latest\`. A name that
  several snapshots have is refused, with the list of them. \`latest\` is the newest of this tenant, this machine and the configured
  sources (in a git checkout without any: of the checkout, if it was ever backed up), never a safety snapshot; \`--tenant\`, \`--host\`, \`--root\` and \`--tag\` choose others.
- After a snapshot, \`:PATH\` names a file or folder in it: the path as \`ls\` shows it, or the absolute path it was backed up from.

| exit code | meaning |
| --- | --- |
| 0 | ok |
| 1 | failed |
| 2 | the command line or the configuration is wrong; nothing was done |
| 3 | partial: something could not be read or restored, and was named; prune waits for a backup; a migration needs somebody to look at it |
| 4 | not found: the repository, the snapshot, the path or the release; nothing to release |
| 5 | wrong key, or none |
| 6 | damaged: stored data is not what was written, or not what was signed by a key that is trusted |
| 7 | refused: nothing was changed, as something is in the way: of a prune, what can't be read and is needed; of a release, a tree that is not clean, or a version that is taken; of migrations, one that was edited, or a way back without a backup |
| 8 | denied: the configuration does not let this user do it; nothing was done (see \`access show\`) |
| 130, 143, 129 | ended by Ctrl-C, SIGTERM, SIGHUP |
`;

const SETTINGS = `## Configuration

A setting is taken from its flag, else from its environment variable, else from the configuration file, else from its default.
\`holdfast config show\` says which it was. The file is \`--config FILE\`, or the nearest \`holdfast.config.json\` in the working directory and the
folders above it; its JSON Schema is \`schema/holdfast.config.schema.json\` of the package \`holdfast\`. Paths in it are relative to the
file, and \`~/\` is your home folder.

\`\`\`json
{
  "repository": "/backups/work",
  "keyFile": "~/keys/work.key",
  "sources": { "paths": ["."], "exclude": ["*.log", "/dist"] },
  "profile": "balanced"
}
\`\`\`
`;

const KEYS = `### Keys

\`init\` writes the key file to \`--key-file\`, and the other commands read it from there. When nobody names one, it is
\`keys/NAME-DIGEST.key\` in the folder of your settings for holdfast (\`$XDG_CONFIG_HOME/holdfast\`, else \`%APPDATA%\\holdfast\` on Windows, else \`~/.config/holdfast\`), where
NAME is the last segment of the repository's location and DIGEST the first eight hex digits of the location's SHA-256. So a repository that was moved has to be told its key file once.

When several keys are given, the one of the highest precedence is used, and of several of the same precedence the key file, else the identity of age, else the passphrase.
Beside an identity, the passphrase is that of its file, if that is encrypted.
A passphrase comes from \`--passphrase-file\`, \`HOLDFAST_PASSPHRASE_FILE\`, \`passphraseFile\` or \`HOLDFAST_PASSPHRASE\`, or is asked for on a terminal when there is no key; it is never an argument.
With \`--recovery\` (asks) or \`--recovery-code-file\` the recovery code opens the repository.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function optionRows(options: readonly OptionDefinition[]): readonly (readonly string[])[] {
  return options.map(({ flags, description, choices }) => {
    return [`\`${flags}\``, choices === undefined ? description : `${description}: ${choices.join(', ')}`];
  });
}

function commandText(command: CommandDefinition): string {
  const name = `holdfast ${command.path.join(' ')}`;
  const usage = [name, ...(command.arguments ?? []).map((each) => each.name)].join(' ');
  const aliases = (command.aliases ?? []).map((alias) => `\`${alias}\``).join(', ');
  const { shape, lines, dryRun } = command.output;
  const rehearsal = dryRun === undefined ? '' : `; with \`--dry-run\`: one [${dryRun}](#${dryRun.toLowerCase()})`;
  const parts = [
    `### ${name}\n`,
    `${command.summary}. ${command.description ?? ''}`.trim(),
    `\n\`\`\`\n${usage} [options]\n\`\`\`\n`,
    aliases === '' ? '' : `Also: ${aliases}.\n`,
    command.arguments === undefined
      ? ''
      : table(
          ['argument', ''],
          command.arguments.map((each) => [`\`${each.name}\``, each.description]),
        ),
    command.options === undefined ? '' : table(['option', ''], optionRows(command.options)),
    `\`\`\`sh\n${command.examples.map(({ call, does }) => `# ${does}\n${call}`).join('\n')}\n\`\`\`\n`,
    `\`--json\`: ${lines ? 'JSON Lines of' : 'one'} [${shape}](#${shape.toLowerCase()})${rehearsal}.\n`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function settingsTable(): string {
  const rows = FIELDS.map((field) => [
    field.file === false ? '-' : `\`${field.name}\``,
    field.flag === undefined ? '-' : `\`${field.flag}\``,
    field.variable === undefined ? '-' : `\`${field.variable}\``,
    field.name === 'keyFile' ? 'see below' : field.default === undefined ? '-' : `\`${JSON.stringify(field.default)}\``,
  ]);
  return table(['in the file', 'flag', 'environment', 'default'], rows);
}

function shapeText(name: ShapeName): string {
  const schema = shapeSchema(name);
  const rows = shapeFields(schema).map(({ path, type, optional, description }) => {
    return [`\`${path}\``, type + (optional ? ', optional' : ''), description];
  });
  return `### ${name}\n\n${table(['field', 'type', 'meaning'], rows)}`;
}

/** `docs/cli.md`. */
export function referenceText(): string {
  const shapes = (Object.keys(SHAPES) as ShapeName[]).map(shapeText);
  return [
    INTRODUCTION,
    '## Options of every command\n',
    table(['option', ''], optionRows(GLOBAL_OPTIONS)),
    SETTINGS,
    settingsTable(),
    KEYS,
    '## Commands\n',
    ...COMMANDS.map(commandText),
    '## JSON\n',
    'The same as a JSON Schema: `schema/output.schema.json` of the package `holdfast`.\n',
    ...shapes,
  ].join('\n');
}
