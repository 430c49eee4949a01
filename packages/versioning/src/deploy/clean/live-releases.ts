import { readdir, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { DeployLayout } from '../layout/model.ts';
import { isWithin } from '../layout/deploy-layout.ts';
import { versionOf } from '../layout/release-name.ts';

/** Processes that run in a release, or run a program of one. */
export interface LiveReleases {
  /** The version for each id of a process. */
  readonly byProcess: ReadonlyMap<number, string>;
  /** Whether there may be processes that can't be seen: of other users, or on a system without `/proc`. */
  readonly isPartial: boolean;
}

/**
 * Finds the releases that processes of this machine work in: by their working directories and programs, from `/proc` on Linux. Elsewhere nothing is found.
 */
export async function findLiveReleases(layout: DeployLayout): Promise<LiveReleases> {
  const byProcess = new Map<number, string>();
  if (process.platform !== 'linux') return { byProcess, isPartial: true };
  const releases = await realpath(layout.releases).catch(() => undefined);
  if (releases === undefined) return { byProcess, isPartial: false };
  let isPartial = false;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const kind of ['cwd', 'exe']) {
      const path = await readlink(join('/proc', pid, kind)).catch((error: NodeJS.ErrnoException) => {
        // ENOENT: it has ended, or is one of the kernel's.
        if (error.code !== 'ENOENT' && error.code !== 'ESRCH') isPartial = true;
        return undefined;
      });
      const version = path === undefined ? undefined : versionAt(releases, path);
      if (version !== undefined) byProcess.set(Number(pid), version);
    }
  }
  return { byProcess, isPartial };
}

function versionAt(releases: string, path: string): string | undefined {
  if (!isWithin(releases, path)) return undefined;
  const [name = ''] = relative(releases, path).split(sep);
  return versionOf(name);
}
