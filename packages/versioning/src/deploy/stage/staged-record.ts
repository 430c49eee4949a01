import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VersioningError } from '../../errors.ts';
import type { DeployLayout } from '../layout/model.ts';
import { folderName } from '../layout/release-name.ts';
import { readWhole, writeWhole } from '../layout/whole-file.ts';
import { formatStaged, parseStaged, type StagedEntry } from './staged-entry.ts';

/** How unchanged files came from the previous release. `none`: all were written. */
export type Reuse = 'clones' | 'hard-links' | 'none';

/** What was staged, and how. */
export interface StagedRelease {
  readonly version: string;
  /** Its folder, absolute. */
  readonly folder: string;
  /** Digest of the list of its files with their digests: `sha256:…`. */
  readonly contents: string;
  /** What it was made from: the digest of the artefact, or that of the list of files that were copied. */
  readonly source: string;
  /** Files and links. */
  readonly files: number;
  /** Bytes of its files, as each of them has. */
  readonly bytes: number;
  /** How the files below came here. */
  readonly reuse: Reuse;
  /** Files that came from the previous release without being written. */
  readonly reusedFiles: number;
  readonly reusedBytes: number;
  /** ISO 8601, UTC. */
  readonly stagedAt: string;
  /** Links to files of `shared/` that are not there yet. */
  readonly missing: readonly string[];
  /** Where the output of the install command is. */
  readonly log?: string | undefined;
}

const FORMAT = 'holdfast-staged-release';

/** Files about the release that lie in `.holdfast/releases`. */
const placeOf = (layout: DeployLayout, version: string, ending: string): string =>
  join(layout.state, 'releases', `${folderName(version)}.${ending}`);

/** Where the output of an install command goes. */
export const installLog = (layout: DeployLayout, version: string): string => placeOf(layout, version, 'install.log');

/** Writes down what was staged, before the release appears under its name. @throws {VersioningError} `WRITE_FAILED`. */
export async function writeStaged(
  layout: DeployLayout,
  staged: StagedRelease,
  entries: readonly StagedEntry[],
): Promise<void> {
  await writeWhole(placeOf(layout, staged.version, 'files'), formatStaged(entries), { mode: 0o600 });
  const { folder: _place, ...record } = staged;
  const text = `${JSON.stringify({ format: FORMAT, formatVersion: 0, ...record })}\n`;
  await writeWhole(placeOf(layout, staged.version, 'json'), text, { mode: 0o600 });
}

/**
 * What was staged as a version; `undefined` where nothing was.
 *
 * @throws {VersioningError} `INVALID_DEPLOY_RECORD`, `INVALID_VERSION`, `READ_FAILED`.
 */
export async function readStaged(layout: DeployLayout, version: string): Promise<StagedRelease | undefined> {
  const path = placeOf(layout, version, 'json');
  const text = await readWhole(path);
  if (text === undefined) return undefined;
  try {
    const { format, formatVersion, ...record } = Object(JSON.parse(text)) as Record<string, unknown>;
    if (format === FORMAT && formatVersion === 0)
      return { ...(record as unknown as StagedRelease), folder: join(layout.releases, folderName(version)) };
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError(
    'INVALID_DEPLOY_RECORD',
    `Expected the record of a staged release at ${path}, got something else`,
    {
      hint: 'It was changed outside of Holdfast, or a newer version wrote it. Remove the release and stage it again.',
    },
  );
}

/** The files of a staged release; `undefined` where nothing is known of it. @throws {VersioningError} `INVALID_DEPLOY_RECORD`. */
export async function readStagedEntries(
  layout: DeployLayout,
  version: string,
): Promise<readonly StagedEntry[] | undefined> {
  const path = placeOf(layout, version, 'files');
  const text = await readWhole(path);
  return text === undefined ? undefined : parseStaged(text, path);
}

/** Forgets a release that was removed. What its installation said stays where that has failed. */
export async function removeStaged(
  layout: DeployLayout,
  version: string,
  { keepsLog = false }: { readonly keepsLog?: boolean | undefined } = {},
): Promise<void> {
  const endings = keepsLog ? ['json', 'files'] : ['json', 'files', 'install.log'];
  for (const ending of endings) await rm(placeOf(layout, version, ending), { force: true });
}
