import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { VersioningError } from '../../errors.ts';
import { syncFolder } from '../../files/replace-file.ts';
import type { DeployLayout } from '../layout/model.ts';
import { folderName, releaseFolder, versionName } from '../layout/release-name.ts';
import { removeStaged } from '../stage/staged-record.ts';
import { readCurrent } from '../switch/read-current.ts';

/**
 * Removes the files of a release, and what was written down about them. It is gone under its name at once; what a kill leaves of it is removed by the next staging. Links into
 * `shared/` are removed, what they lead to is not.
 *
 * @throws {VersioningError} `RELEASE_IN_USE` for the current one; `WRITE_FAILED`, `INVALID_VERSION`.
 */
export async function removeRelease(layout: DeployLayout, version: string): Promise<void> {
  const name = versionName(version);
  const current = await readCurrent(layout);
  if (current.kind === 'release' && current.version === name) {
    throw new VersioningError('RELEASE_IN_USE', `Expected a release that is not current, got ${name}`, {
      hint: 'Switch to another one first.',
    });
  }
  const folder = releaseFolder(layout, name);
  const gone = join(layout.releases, `.${folderName(name)}.removing`);
  try {
    await rm(gone, { recursive: true, force: true });
    await rename(folder, gone).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    await syncFolder(layout.releases);
    await rm(gone, { recursive: true, force: true });
    await removeStaged(layout, name);
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'a release that can be removed', { path: folder, cause });
  }
}
