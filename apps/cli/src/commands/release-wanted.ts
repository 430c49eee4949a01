import type { JsonValue, PlanReleaseOptions } from '@x/versioning';
import { readNamed } from '../compose/named-input.ts';
import { RELEASE_OPTIONS, SIGNING_OPTIONS } from '../compose/releases.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';

/** What is said of a release on the command line. */
export interface WantedFlags {
  readonly version?: string | undefined;
  readonly bump?: string | undefined;
  readonly notes?: string | undefined;
  readonly notesFile?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly channel?: string | undefined;
  readonly build?: string | undefined;
  readonly preRelease?: true | undefined;
  readonly changelogEntry?: readonly string[] | undefined;
  readonly flagState?: string | undefined;
  readonly buildId?: string | undefined;
  readonly by?: string | undefined;
  /** `false` with `--no-tag`. */
  readonly tag: boolean;
  /** `false` with `--no-commit`. */
  readonly commit: boolean;
  readonly allowDirty?: true | undefined;
  /** A remote; `true` for the usual one, `false` for none. */
  readonly push?: string | boolean | undefined;
}

/** Options of commands that plan a release. */
export const WANTED_OPTIONS: readonly OptionDefinition[] = [
  { flags: '-v, --version <version>', description: 'the version, as 1.2.0 (default: what the changes ask for)' },
  {
    flags: '--bump <what>',
    description: 'what the version raises instead: major, minor, patch, or a type of change as feature or melhoria',
  },
  { flags: '-n, --notes <text>', description: 'what users should know, in Markdown' },
  { flags: '--notes-file <file>', description: 'the same from a file; - for standard input' },
  { flags: '--name <name>', description: 'a name for people (default: the project’s and the version)' },
  { flags: '--description <text>', description: 'what the release is about' },
  { flags: '--channel <name>', description: 'a channel of pre-releases, as beta (default: stable)' },
  { flags: '--pre-release', description: 'not for everybody; without a version or channel, in the channel beta' },
  { flags: '--build <metadata>', description: 'build metadata of the version, without +' },
  { flags: '--build-id <id>', description: 'the build that made what is released, by the name it has where it ran' },
  { flags: '--migrations <folder>', description: 'folder with migrations of the database' },
  {
    flags: '--changelog-entry <text>',
    description: 'a line for the changelog beside what commits say, as "fix: prices in yen"; may be repeated',
    repeatable: true,
  },
  {
    flags: '--flag-state <file>',
    description: 'JSON with what flags are with this release, by name; - for standard input',
  },
  { flags: '--by <name>', description: 'who makes it (default: who is logged in)' },
  { flags: '--no-tag', description: 'no tag, and nothing is pushed' },
  { flags: '--no-commit', description: 'no file is changed, nothing committed' },
  { flags: '--allow-dirty', description: 'even with changes that are not committed' },
  {
    flags: '--push [remote]',
    description: 'push commit and tag in the end (default: to release.remote, if there is one)',
  },
  { flags: '--no-push', description: 'push nothing' },
  ...SIGNING_OPTIONS,
  ...RELEASE_OPTIONS,
];

/** @throws {CliError} `USAGE` for what excludes one another. */
function refuseContradictions(flags: WantedFlags): void {
  if (flags.version !== undefined && flags.bump !== undefined) {
    throw usageError('Expected --version or --bump, got both', 'A version that is named is not raised.');
  }
  if (flags.notes !== undefined && flags.notesFile !== undefined) {
    throw usageError('Expected --notes or --notes-file, got both', 'Put all into the file.');
  }
  if (!flags.tag && flags.push !== undefined && flags.push !== false) {
    throw usageError(
      'Expected --push or --no-tag, got both',
      'A release without a tag is not pushed: leave one of them out.',
    );
  }
  if (flags.notesFile === '-' && flags.flagState === '-') {
    throw usageError('Expected one text on standard input, got two', 'Name a file for --notes-file or --flag-state.');
  }
}

async function flagState(context: Context, file: string): Promise<Readonly<Record<string, JsonValue>>> {
  const text = await readNamed(context, file, 'a state of flags');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, JsonValue>;
  throw usageError(`Expected a JSON object in ${file}, got something else`, 'As {"new_ui": {"percentage": 25}}.');
}

/**
 * What the command line asks of a release.
 *
 * @param migrations Folder of its migrations, relative to what is released.
 * @throws {CliError} `USAGE`, `UNREADABLE`.
 */
export async function wantedRelease(
  context: Context,
  flags: WantedFlags,
  migrations: string | undefined,
): Promise<PlanReleaseOptions> {
  refuseContradictions(flags);
  const { version, bump, name, description, channel, build, preRelease, buildId, by: createdBy, allowDirty } = flags;
  const { notesFile, flagState: stateFile, changelogEntry: entries } = flags;
  return {
    version,
    bump,
    name,
    description,
    channel,
    build,
    preRelease,
    buildId,
    createdBy,
    allowDirty,
    entries,
    migrations,
    notes: notesFile === undefined ? flags.notes : await readNamed(context, notesFile, 'notes'),
    flags: stateFile === undefined ? undefined : await flagState(context, stateFile),
    // Left out, it is as the workspace has it.
    tag: flags.tag ? undefined : false,
    commit: flags.commit ? undefined : false,
    signal: context.signal,
  };
}
