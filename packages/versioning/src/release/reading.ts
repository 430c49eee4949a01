import type { PublicKey, TrustedKey } from '@x/integrity';
import semver from 'semver';
import { aheadInOrder } from '../lanes.ts';
import type { Clock } from '../clock.ts';
import { compareReleases } from './diff-releases.ts';
import { exportTo } from './export-release.ts';
import type { ListReleasesOptions, ReleaseManager, ReleaseManagerOptions } from './manager.ts';
import { releaseMetrics } from './metrics.ts';
import type { ReleaseManifest, ReleaseSummary } from './model.ts';
import { changelogText, releaseText } from './release-notes.ts';
import type { ReleaseShelf } from './shelf.ts';
import { readVersionInfo } from './version-info.ts';
import { verifyReleaseContent } from './verify-release.ts';
import { knownWorkspace } from './workspace.ts';

/** What a manager tells, and changes nothing. */
export type ReadingManager = Pick<
  ReleaseManager,
  | 'listReleases'
  | 'history'
  | 'getActiveRelease'
  | 'activeReleases'
  | 'getRelease'
  | 'getManifest'
  | 'changelog'
  | 'verifyRelease'
  | 'diffReleases'
  | 'getVersionInfo'
  | 'metrics'
  | 'exportRelease'
  | 'contents'
>;

/** What it tells that from. */
export interface ReadingTools {
  readonly shelf: ReleaseShelf;
  readonly workspace: ReleaseManagerOptions['workspace'];
  readonly keys: readonly (PublicKey | TrustedKey)[];
  readonly clock: Clock;
}

export function reading(tools: ReadingTools): ReadingManager {
  const { shelf, workspace } = tools;
  const list = async (call: ListReleasesOptions = {}): Promise<readonly ReleaseSummary[]> =>
    chosen(await shelf.list(call.signal), call);
  return {
    listReleases: list,
    history: (channel, call = {}) => list({ ...call, channel }),
    async getActiveRelease(channel = 'stable', { signal } = {}) {
      const active = activeIn(await list({ channel, signal })).get(channel);
      return active && shelf.release(active, signal);
    },
    activeReleases: async (call) => activeIn(await list({ signal: call?.signal })),
    getRelease: async (version, call) => shelf.release(await shelf.find(version, call?.signal), call?.signal),
    contents: async (version, call) =>
      shelf.listOf(await shelf.manifest(await shelf.find(version, call?.signal), call?.signal), call?.signal),
    getManifest: async (version, call) => shelf.manifest(await shelf.find(version, call?.signal), call?.signal),
    changelog: (version, call) => changelog(tools, version, call?.signal),
    async verifyRelease(version, call = {}) {
      const { keys, clock } = tools;
      const folder = typeof workspace === 'string' ? workspace : workspace.folder;
      const summary = await shelf.find(version, call.signal);
      const readManifest = (): Promise<ReleaseManifest> => shelf.manifest(summary, call.signal);
      const component = typeof workspace === 'string' ? undefined : workspace.component;
      const sources = { summary, contents: shelf.contents, readManifest, component, nowMs: clock() };
      return verifyReleaseContent(sources, { ...call, keys: call.keys ?? keys, checkout: call.checkout ?? folder });
    },
    async diffReleases(from, to, { signal } = {}) {
      const before = await shelf.find(from, signal);
      const after = await shelf.find(to, signal);
      return compareReleases(await shelf.open(before, signal), await shelf.open(after, signal));
    },
    getVersionInfo: async (call) => readVersionInfo(await knownWorkspace(workspace), call?.signal),
    metrics: async (channel, call) => releaseMetrics(await list({ channel, signal: call?.signal })),
    exportRelease: async (version, folder, call) =>
      exportTo(shelf, await shelf.find(version, call?.signal), { folder, signal: call?.signal }),
  };
}

/** The highest version of each channel that was not yanked. */
function activeIn(releases: readonly ReleaseSummary[]): ReadonlyMap<string, ReleaseSummary> {
  const rising = releases
    .filter(({ status }) => status !== 'yanked')
    .toSorted((a, b) => semver.compareBuild(a.version, b.version));
  return new Map(rising.map((release) => [release.channel, release]));
}

const chosen = (
  releases: readonly ReleaseSummary[],
  { channel, yanked = true, limit }: ListReleasesOptions,
): readonly ReleaseSummary[] =>
  releases
    .filter((each) => (channel === undefined || each.channel === channel) && (yanked || each.status !== 'yanked'))
    .slice(0, limit);

async function changelog(
  { shelf }: ReadingTools,
  version: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (version !== undefined) {
    const manifest = await shelf.manifest(await shelf.find(version, signal), signal);
    return `${releaseText(manifest, { repository: manifest.source.repository })}\n`;
  }
  const manifests: ReleaseManifest[] = [];
  for await (const manifest of aheadInOrder(await shelf.list(signal), (each) => shelf.manifest(each, signal))) {
    manifests.push(manifest);
  }
  return changelogText(manifests, { repository: manifests[0]?.source.repository });
}
