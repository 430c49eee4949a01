import semver from 'semver';
import { VersioningError } from '../errors.ts';
import { systemClock } from './clock.ts';
import { ReleaseContents } from './contents.ts';
import { compareReleases } from './diff-releases.ts';
import { exportTo } from './export-release.ts';
import { ReleaseHistory } from './history.ts';
import type { ListReleasesOptions, ReleaseManager, ReleaseManagerOptions, YankOptions } from './manager.ts';
import { releaseMetrics } from './metrics.ts';
import type { ReleaseSummary } from './model.ts';
import { currentUser } from './owner.ts';
import type { ReleasePlan } from './plan.ts';
import type { PlanReleaseOptions } from './plan-options.ts';
import { planRelease } from './plan-release.ts';
import { changelogText, releaseText } from './release-notes.ts';
import { carryOut, openRuns, type ReleasingTools, resume, undo } from './releasing.ts';
import { ReleaseShelf } from './shelf.ts';
import { readVersionInfo } from './version-info.ts';
import { verifyReleaseContent } from './verify-release.ts';
import { knownWorkspace, prefixOf } from './workspace.ts';

/**
 * Opens the releases of a workspace. Nothing is read or written yet.
 *
 * The history lies in the storage, where of two people who release the same version at once one wins; what a release consists of lies
 * there under its digest and never changes.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a component that is no name.
 * @example
 * ```ts
 * import { generateKeyPair } from '@x/integrity';
 * import { fsStore } from '@x/storage';
 * import { createReleaseManager } from '@x/versioning';
 *
 * const { privateKey } = generateKeyPair();
 * const releases = createReleaseManager({ storage: fsStore('/srv/releases'), workspace: '.', privateKey });
 * const plan = await releases.planRelease({ notes: 'Prices in yen.' });
 * console.log(plan.release.version, plan.release.reason, plan.steps);
 * await releases.createRelease(plan);
 * console.log((await releases.verifyRelease(plan.release.version)).verdict);
 * ```
 */
export function createReleaseManager(options: ReleaseManagerOptions): ReleaseManager {
  const { storage: store, workspace: asked, privateKey, clock = systemClock, onEvent } = options;
  const prefix = prefixOf(typeof asked === 'string' ? undefined : asked.component);
  const shelf = new ReleaseShelf(new ReleaseHistory(store, prefix), new ReleaseContents(store));
  const tools: ReleasingTools = { store, prefix, shelf, privateKey, clock, tell: (event) => onEvent?.(event) };
  // Of a key file both halves are known.
  const keys = options.trustedKeys ?? (privateKey === undefined ? [] : [privateKey.publicKey]);
  const { folder } = typeof asked === 'string' ? { folder: asked } : asked;

  const plan = async (wanted: PlanReleaseOptions = {}): Promise<ReleasePlan> =>
    planRelease(
      {
        workspace: await knownWorkspace(asked),
        history: await shelf.history.read(wanted.signal),
        nowMs: clock(),
        signedBy: privateKey?.keyId,
      },
      wanted,
    );
  const list = async ({ channel, yanked = true, limit, signal }: ListReleasesOptions = {}): Promise<
    readonly ReleaseSummary[]
  > =>
    (await shelf.list(signal))
      .filter((each) => (channel === undefined || each.channel === channel) && (yanked || each.status !== 'yanked'))
      .slice(0, limit);
  const mark = async (
    kind: 'yanked' | 'unyanked',
    version: string,
    { reason, by = currentUser(), signal }: YankOptions,
  ): Promise<ReleaseSummary> => {
    if (reason.trim() === '') throw noReason();
    const found = await shelf.find(version, signal);
    await shelf.history.append(({ releases }) => {
      const isMarked = releases.get(found.version)?.status === 'yanked';
      // What is so already need not be said again.
      if (isMarked === (kind === 'yanked')) return undefined;
      return { kind, version: found.version, reason, by, at: new Date(clock()).toISOString() };
    }, signal);
    tools.tell({ kind: `release.${kind}`, version: found.version, by, reason });
    return shelf.find(found.version, signal);
  };

  return {
    planRelease: plan,
    async createRelease(given = {}, call = {}) {
      const planned = 'steps' in given ? given : await plan({ ...given, ...call });
      return carryOut(tools, planned, call.signal ?? ('signal' in given ? given.signal : undefined));
    },
    runs: (call) => openRuns(tools, call?.signal),
    resumeRelease: (call = {}) => resume(tools, call),
    undoRelease: (call = {}) => undo(tools, call),
    listReleases: list,
    history: (channel, call = {}) => list({ ...call, channel }),
    async getActiveRelease(channel = 'stable', call = {}) {
      const summaries = await list({ channel, yanked: false, signal: call.signal });
      const [highest] = summaries.toSorted((a, b) => semver.compareBuild(b.version, a.version));
      return highest && shelf.release(highest, call.signal);
    },
    getRelease: async (version, call) => shelf.release(await shelf.find(version, call?.signal), call?.signal),
    getManifest: async (version, call) => shelf.manifest(await shelf.find(version, call?.signal), call?.signal),
    async changelog(version, call = {}) {
      const summaries = version === undefined ? await list(call) : [await shelf.find(version, call.signal)];
      const manifests = await Promise.all(summaries.map((each) => shelf.manifest(each, call.signal)));
      const repository = manifests[0]?.source.repository;
      const [only] = manifests;
      if (version !== undefined && only !== undefined) return `${releaseText(only, { repository })}\n`;
      return changelogText(manifests, { repository });
    },
    async verifyRelease(version, call = {}) {
      const summary = await shelf.find(version, call.signal);
      const sources = {
        summary,
        contents: shelf.contents,
        readManifest: () => shelf.manifest(summary, call.signal),
        nowMs: clock(),
      };
      return verifyReleaseContent(sources, { ...call, keys: call.keys ?? keys, checkout: call.checkout ?? folder });
    },
    async diffReleases(from, to, call = {}) {
      const opened = [from, to].map(async (version) => shelf.open(await shelf.find(version, call.signal), call.signal));
      const [before, after] = await Promise.all(opened);
      if (before === undefined || after === undefined) throw new Error('Two releases were asked for');
      return compareReleases(before, after);
    },
    yankRelease: (version, call) => mark('yanked', version, call),
    unyankRelease: (version, call) => mark('unyanked', version, call),
    getVersionInfo: async (call) => readVersionInfo(await knownWorkspace(asked), call?.signal),
    metrics: async (channel, call = {}) => releaseMetrics(await list({ channel, signal: call.signal })),
    exportRelease: async (version, target, call = {}) =>
      exportTo(shelf, await shelf.find(version, call.signal), { folder: target, signal: call.signal }),
  };
}

function noReason(): VersioningError {
  return new VersioningError('INVALID_OPTION', 'Expected a reason, got none', {
    hint: 'Say why: whoever finds the release in use has to decide what to do.',
  });
}
