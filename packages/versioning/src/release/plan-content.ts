import { join, resolve } from 'node:path';
import type { VersioningError } from '../errors.ts';
import { readMigrations } from '../migrations/read-migrations.ts';
import type { Migrations } from '../migrations/model.ts';
import { readLockfile } from '../sbom/read-lockfile.ts';
import type { PlannedSbom } from './plan.ts';
import type { PlanReleaseOptions } from './plan-options.ts';
import { fileNameOf, type KnownWorkspace } from './workspace.ts';

/** What is said of an SBOM before it is made. */
export interface SbomQuestion {
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/**
 * The bill of materials that a release will have; none where there is no lockfile and nobody asked for a bill.
 *
 * @throws {VersioningError} `LOCKFILE_NOT_FOUND` where somebody asked; `INVALID_LOCKFILE`, `UNSUPPORTED_LOCKFILE`.
 */
export async function plannedSbom(
  { sbom: asked, folder, title, manifest }: KnownWorkspace,
  { version, createdAt }: SbomQuestion,
): Promise<PlannedSbom | undefined> {
  if (asked === false) return undefined;
  const { format = 'cyclonedx-1.6', folder: inner = '.', file, omitDev = true, workspace } = asked ?? {};
  try {
    // What can't be read should not be found out in the middle of a release.
    await readLockfile(resolve(folder, inner), { file, readsLicences: false });
  } catch (error) {
    if (asked === undefined && (error as VersioningError).code === 'LOCKFILE_NOT_FOUND') return undefined;
    throw error;
  }
  const ending = format === 'spdx-2.3' ? 'spdx.json' : 'cdx.json';
  return {
    name: `${fileNameOf(title)}-${version}.${ending}`,
    format,
    folder: inner,
    file,
    options: { component: { name: manifest.name ?? title, version }, timestamp: createdAt, omitDev, workspace },
  };
}

/** Migrations as they are given, or those of a folder. @throws {VersioningError} `INVALID_MIGRATION`, `READ_FAILED`. */
export async function plannedMigrations(
  folder: string,
  { migrations, signal }: Pick<PlanReleaseOptions, 'migrations' | 'signal'>,
): Promise<Migrations> {
  if (migrations === undefined) return { forward: [], backward: [] };
  return typeof migrations === 'string' ? readMigrations(join(folder, migrations), { signal }) : migrations;
}
