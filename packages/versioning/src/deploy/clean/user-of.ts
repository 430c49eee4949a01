import type { DeployLayout } from '../layout/model.ts';
import { readCurrent } from '../switch/read-current.ts';
import { findLiveReleases } from './live-releases.ts';

/** What uses a release now, in words: the link to the current one, or a process that works in it. `undefined`: nothing that can be seen. */
export async function userOf(layout: DeployLayout, version: string): Promise<string | undefined> {
  const current = await readCurrent(layout);
  if (current.kind === 'release' && current.version === version) return 'releases/current';
  const { byProcess } = await findLiveReleases(layout);
  const [pid] = [...byProcess].find(([, each]) => each === version) ?? [];
  return pid === undefined ? undefined : `process ${pid}`;
}
