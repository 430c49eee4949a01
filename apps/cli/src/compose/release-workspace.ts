import type { ReleaseWorkspace } from '@x/versioning';
import { join, relative, resolve } from 'node:path';
import type { Settings } from '../config/fields.ts';
import type { ComponentConfig } from '../config/releases.ts';
import { suggestion } from '../config/suggestion.ts';
import { usageError } from '../errors.ts';

/** What is released, as the configuration has it. */
export interface ConfiguredWorkspace extends ReleaseWorkspace {
  /** Folder of its migrations, relative to the folder. */
  readonly migrations?: string | undefined;
}

/** A component, and what the configuration says of it alone. */
interface ChosenComponent {
  readonly name?: string | undefined;
  readonly config: ComponentConfig;
}

/** Components with the same tags would take each other's versions for their own. @throws {CliError} `USAGE`. */
function refuseSharedTags({
  'release.components': components = {},
  'release.tagPrefix': common,
}: Pick<Settings, 'release.components' | 'release.tagPrefix'>): void {
  const owners = new Map<string, string>();
  for (const [name, { tagPrefix = common ?? `${name}@` }] of Object.entries(components)) {
    const other = owners.get(tagPrefix);
    if (other !== undefined) {
      throw usageError(
        `Expected tags of its own for each component, got ${JSON.stringify(tagPrefix)} for ${other} and ${name}`,
        'Give each a "tagPrefix", or none at all: then it is the name and @.',
      );
    }
    owners.set(tagPrefix, name);
  }
}

/** @throws {CliError} `USAGE` where several could be meant, or none has the name. */
function chosenComponent(settings: Settings): ChosenComponent {
  const { 'release.components': components = {}, 'release.component': asked } = settings;
  const names = Object.keys(components);
  refuseSharedTags(settings);
  const name = asked ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined && names.length > 1) {
    throw usageError(`Expected one of the components ${names.join(', ')}, got none`, 'Name it with --component.');
  }
  const config = name !== undefined && Object.hasOwn(components, name) ? components[name] : undefined;
  if (name === undefined || names.length === 0 || config !== undefined) return { name, config: config ?? {} };
  const meant = suggestion(name, names);
  throw usageError(
    `Expected one of the components ${names.join(', ')}, got ${JSON.stringify(name)}`,
    meant === undefined ? 'They are those of "release": {"components": …}.' : `Did you mean ${JSON.stringify(meant)}?`,
  );
}

/**
 * What is released, by the configuration: what a component says of itself comes before what is said of all.
 *
 * @param top The folder that the configuration is about.
 * @param isAsked Whether the migrations were named on the command line, which comes before everything.
 * @throws {CliError} `USAGE` for a component that is none.
 */
export function releaseWorkspace(settings: Settings, top: string, isAsked: boolean = false): ConfiguredWorkspace {
  const { name, config } = chosenComponent(settings);
  const { folder: inner, migrations: own, ...rest } = config;
  const folder = resolve(top, inner ?? '.');
  const inherited = settings['release.migrations'];
  const migrations = own === undefined || isAsked ? inherited : join(folder, own);
  const intents = settings['release.intents'];
  return {
    folder,
    component: name,
    tagPrefix: settings['release.tagPrefix'],
    paths: settings['release.paths'] ?? (inner === undefined ? undefined : ['.']),
    changelog: settings['release.changelog'],
    versionFiles: settings['release.versionFiles'],
    // The intents of a monorepo lie at its top.
    intents: intents === undefined ? undefined : relative(folder, resolve(top, intents)),
    artifact: settings['release.artifact'],
    sbom: settings['release.sbom'],
    types: settings['release.types'],
    titles: settings['release.titles'],
    preMajor: settings['release.preMajor'],
    branches: settings['release.branches'],
    remote: settings['release.remote'],
    signsTags: settings['release.signTags'],
    ...rest,
    migrations: migrations === undefined ? undefined : relative(folder, migrations),
  };
}
