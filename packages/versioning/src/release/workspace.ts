import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { PlanArtifactOptions } from '../artifact/plan-artifact.ts';
import type { SectionTitles } from '../changelog/sections.ts';
import { shown, VersioningError } from '../errors.ts';
import type { SbomFormat } from '../sbom/create-sbom.ts';
import type { ChangeTypes } from '../version/change-types.ts';

/** What is released, and how. Only `folder` is needed. */
export interface ReleaseWorkspace {
  /** The checkout, or a folder of it. */
  readonly folder: string;
  /** Name of what is released, where a repository releases several: `storage`, or the name of its package. */
  readonly component?: string | undefined;
  /** What stands before the version in tags. Default: `v`; with a component `<component>@`. */
  readonly tagPrefix?: string | undefined;
  /** Only commits that changed something here count, relative to the folder. */
  readonly paths?: readonly string[] | undefined;
  /** Address of the repository, for links and provenance. Default: that of the remote. */
  readonly repository?: string | undefined;
  /** The changelog that is kept up to date, relative to the folder. Default: `CHANGELOG.md`; `false`: none. */
  readonly changelog?: string | false | undefined;
  /** Files that the version is written to. Default: `package.json`, and npm's lockfile beside it, where they are. */
  readonly versionFiles?: readonly string[] | undefined;
  /** Folder of intent files. Default: commits decide about the version. */
  readonly intents?: string | undefined;
  /** The files of the artefact. Default: those of the folder; `false`: no artefact. */
  readonly artifact?: ReleaseFiles | false | undefined;
  /** The bill of materials. Default: CycloneDX 1.6, where there is a lockfile; `false`: none. */
  readonly sbom?: ReleaseBill | false | undefined;
  /** Types of change of one's own. */
  readonly types?: ChangeTypes | undefined;
  /** Titles of sections. Default: those of Keep a Changelog. */
  readonly titles?: SectionTitles | undefined;
  /** What a breaking change raises before 1.0.0. Default `minor`. */
  readonly preMajor?: 'minor' | 'major' | undefined;
  /** Branches that may be released from; default: any. */
  readonly branches?: readonly string[] | undefined;
  /** Remote that releases are pushed to. Default: none; they stay here. */
  readonly remote?: string | undefined;
  /** Signs tags as git is set up to. Default: `false`. */
  readonly signsTags?: boolean | undefined;
}

/** Which files an artefact has. */
export interface ReleaseFiles extends Pick<PlanArtifactOptions, 'include' | 'exclude' | 'ignoreFiles'> {
  /** Relative to the workspace. Default: the workspace itself. */
  readonly folder?: string | undefined;
}

/** What a bill of materials is like. */
export interface ReleaseBill {
  /** Default: `cyclonedx-1.6`. */
  readonly format?: SbomFormat | undefined;
  /** Folder of the lockfile, relative to the workspace. Default: the workspace itself. */
  readonly folder?: string | undefined;
  /** Which lockfile, where there are several. */
  readonly file?: string | undefined;
  /** Leaves out what only development needs. Default: `true`: it is not released. */
  readonly omitDev?: boolean | undefined;
  /** Only one workspace of a monorepo, by path or name. */
  readonly workspace?: string | undefined;
}

/** A workspace of which everything that has a default is known. */
export interface KnownWorkspace extends ReleaseWorkspace {
  /** Absolute. */
  readonly folder: string;
  readonly tagPrefix: string;
  /** Name for files and people. */
  readonly title: string;
  /** Name and version of the package that lies there. */
  readonly manifest: { readonly name?: string | undefined; readonly version?: string | undefined };
}

/** @throws {VersioningError} `INVALID_OPTION` for a component that is no name. */
export async function knownWorkspace(workspace: string | ReleaseWorkspace): Promise<KnownWorkspace> {
  const given = typeof workspace === 'string' ? { folder: workspace } : workspace;
  const folder = resolve(given.folder);
  const { component } = given;
  if (component !== undefined) prefixOf(component);
  const manifest = await readManifest(folder);
  return {
    ...given,
    folder,
    tagPrefix: given.tagPrefix ?? (component === undefined ? 'v' : `${component}@`),
    title: component ?? manifest.name ?? basename(folder),
    manifest,
  };
}

/** Where the history of a component lies in a storage. @throws {VersioningError} `INVALID_OPTION`. */
export function prefixOf(component: string | undefined): string {
  if (component === undefined) return 'releases/one';
  // Names of npm packages, of which scopes get a segment of their own.
  if (/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(component) && component.length <= 100) {
    return component.startsWith('@') ? `releases/scoped/${component.slice(1)}` : `releases/of/${component}`;
  }
  throw new VersioningError('INVALID_OPTION', `Expected the name of a component, got ${shown(component)}`, {
    hint: 'Lower-case letters, digits, ".", "_" and "-", as names of npm packages: "storage" or "@acme/storage".',
  });
}

/** Name and version in `package.json`; nothing where there is none, or none that can be read. */
async function readManifest(folder: string): Promise<KnownWorkspace['manifest']> {
  try {
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    return {
      name: typeof name === 'string' && name !== '' ? name : undefined,
      version: typeof version === 'string' ? version : undefined,
    };
  } catch {
    return {};
  }
}

/** A name that can be that of a file on every system: `@acme/storage` becomes `acme-storage`. */
export function fileNameOf(title: string): string {
  const name = plainName(title);
  // Windows takes `con.js` for its console, whatever follows.
  return /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i.test(name) ? `release-${name}` : name;
}

const plainName = (title: string): string =>
  title
    .replace(/^@/, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '') || 'release';
