import { systemClock } from '../clock.ts';
import { ReleaseContents } from './contents.ts';
import { ReleaseHistory } from './history.ts';
import type { ReleaseManager, ReleaseManagerOptions } from './manager.ts';
import { mark } from './mark-release.ts';
import type { ReleasePlan } from './plan.ts';
import type { PlanReleaseOptions } from './plan-options.ts';
import { planRelease } from './plan-release.ts';
import { type ReadingManager, reading } from './reading.ts';
import { carryOut, openRuns, type ReleasingTools, resume, undo } from './releasing.ts';
import { ReleaseShelf } from './shelf.ts';
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
  const tools: ReleasingTools = {
    store,
    prefix,
    shelf,
    workspace: () => knownWorkspace(asked),
    privateKey,
    clock,
    tell: (event) => onEvent?.(event),
  };
  // Of a private key the public half is known.
  const trusted = options.trustedKeys ?? (privateKey === undefined ? [] : [privateKey.publicKey]);
  return {
    ...reading({ shelf, workspace: asked, keys: trusted, clock }),
    ...writing(tools),
  };
}

/** What makes releases and marks them. */
function writing(tools: ReleasingTools): Omit<ReleaseManager, keyof ReadingManager> {
  const { shelf, privateKey, clock } = tools;
  const plan = async (wanted: PlanReleaseOptions = {}): Promise<ReleasePlan> =>
    planRelease(
      {
        workspace: await tools.workspace(),
        history: await shelf.history.read(wanted.signal),
        nowMs: clock(),
        signedBy: privateKey?.keyId,
      },
      wanted,
    );
  return {
    planRelease: plan,
    async createRelease(given = {}, call = {}) {
      const planned = 'steps' in given ? given : await plan({ ...given, ...call });
      return carryOut(tools, planned, call.signal ?? ('signal' in given ? given.signal : undefined));
    },
    runs: (call) => openRuns(tools, call?.signal),
    resumeRelease: (call = {}) => resume(tools, call),
    undoRelease: (call = {}) => undo(tools, call),
    yankRelease: (version, call) => mark(tools, 'yanked', { ...call, version }),
    unyankRelease: (version, call) => mark(tools, 'unyanked', { ...call, version }),
  };
}
