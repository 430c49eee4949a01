import type { PrivateKey, PublicKey, TrustedKey } from '@x/integrity';
import type { ObjectStore } from '@x/storage';
import type { ArtifactContent } from '../artifact/model.ts';
import type { Clock } from '../clock.ts';
import type { ReleaseDiff } from './diff-releases.ts';
import type { ReleaseMetrics } from './metrics.ts';
import type { Release, ReleaseManifest, ReleaseSummary } from './model.ts';
import type { ReleasePlan } from './plan.ts';
import type { PlanReleaseOptions } from './plan-options.ts';
import type { ReleaseRun, ResumeOptions } from './resume.ts';
import type { RunEvent } from './run-release.ts';
import type { VersionInfo } from './version-info.ts';
import type { ReleaseVerification, VerifyReleaseOptions } from './verify-release.ts';
import type { ReleaseWorkspace } from './workspace.ts';

/** Something that happened, for logs and audits. */
export type ReleaseManagerEvent =
  | { readonly kind: 'release.created' | 'release.undone'; readonly version: string; readonly by: string }
  | {
      readonly kind: 'release.yanked' | 'release.unyanked';
      readonly version: string;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly kind: 'release.failed'; readonly version: string; readonly by: string; readonly error: unknown }
  | { readonly kind: 'step'; readonly version: string; readonly event: RunEvent };

/** Options of `createReleaseManager`. */
export interface ReleaseManagerOptions {
  /** Where the history and the contents of releases lie: a folder (`fsStore`), or a bucket for teams. */
  readonly storage: ObjectStore;
  /** What is released: its folder, or more about it. */
  readonly workspace: string | ReleaseWorkspace;
  /** Signs releases. Default: they are not signed. */
  readonly privateKey?: PrivateKey | undefined;
  /** Public keys that `verifyRelease` trusts. Default: that of `privateKey`, if there is one. */
  readonly trustedKeys?: readonly (PublicKey | TrustedKey)[] | undefined;
  /** The time that releases and marks have. Default: that of this machine. */
  readonly clock?: Clock | undefined;
  /** Told what happens, for logs and audits; each step, too. */
  readonly onEvent?: ((event: ReleaseManagerEvent) => void) | undefined;
}

/** Options of lists. */
export interface ListReleasesOptions {
  /** Only releases of this channel. */
  readonly channel?: string | undefined;
  /** Also those that were yanked. Default: `true`. */
  readonly yanked?: boolean | undefined;
  /** At most this many. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of what marks a release. */
export interface YankOptions {
  /** Why nobody should use it, or why it is all right after all. */
  readonly reason: string;
  /** Default: who is logged in. */
  readonly by?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of calls that only read. */
export interface ReadReleaseOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Where `exportRelease` has put what belongs to a release. */
export interface ExportedRelease {
  readonly folder: string;
  /** Names of the files in it: artefact, bill, `release.json`, `provenance.intoto.json`, `notes.md`. */
  readonly files: readonly string[];
}

/** Makes, lists, verifies and marks releases of one workspace. */
export interface ReleaseManager {
  /**
   * Decides everything about the next release, and does nothing. The plan is data: it can be shown, and carried out by `createRelease`.
   *
   * @throws {VersioningError} `NOTHING_TO_RELEASE`; `RELEASE_EXISTS`, `RELEASE_UNDER_WAY`; `INVALID_VERSION`, `UNKNOWN_CHANGE_TYPE`,
   * `INVALID_OPTION`; `DIRTY_TREE`, `DETACHED_HEAD`, `OTHER_BRANCH`, `SHALLOW_CLONE`, `TAG_EXISTS`, `IDENTITY_MISSING`,
   * `GIT_NOT_FOUND`, `GIT_FAILED`; `UNSUITABLE_FILE`; those of lockfiles, migrations, intents and version files.
   */
  planRelease(options?: PlanReleaseOptions): Promise<ReleasePlan>;
  /**
   * Carries a plan out, or plans and does. Each step is written down before and after: when the process is killed, `resumeRelease` goes on
   * and `undoRelease` takes it back. When a step fails before the release is published, everything is taken back at once.
   *
   * @throws {VersioningError} those of `planRelease`; `PLAN_OUTDATED` for a plan whose commit is no longer checked out;
   * `FILE_CHANGED`, `COMMIT_REFUSED`, `PUSH_REJECTED` and whatever else stops a step.
   */
  createRelease(plan?: ReleasePlan | PlanReleaseOptions, options?: ReadReleaseOptions): Promise<Release>;
  /** Releases that were begun and have not ended: they run, or were killed, or have yet to be pushed. */
  runs(options?: ReadReleaseOptions): Promise<readonly ReleaseRun[]>;
  /** @throws {VersioningError} `RELEASE_NOT_FOUND` when nothing was begun; `RELEASE_RUNNING`; `RELEASE_TAKEN_OVER`; those of steps. */
  resumeRelease(options?: ResumeOptions): Promise<Release>;
  /** @throws {VersioningError} `RELEASE_PUBLISHED` when it is too late; `RELEASE_NOT_FOUND`, `RELEASE_RUNNING`, `RELEASE_TAKEN_OVER`. */
  undoRelease(options?: ResumeOptions): Promise<ReleaseRun>;
  /** Newest first: the last that was released. */
  listReleases(options?: ListReleasesOptions): Promise<readonly ReleaseSummary[]>;
  /** The releases of a channel, newest first, yanked ones included. */
  history(channel: string, options?: Pick<ListReleasesOptions, 'limit' | 'signal'>): Promise<readonly ReleaseSummary[]>;
  /** The highest version of a channel that was not yanked; none before the first. Default: `stable`. */
  getActiveRelease(channel?: string, options?: ReadReleaseOptions): Promise<Release | undefined>;
  /** What is active in each channel that has releases, by channel; one where all were yanked has none. */
  activeReleases(options?: ReadReleaseOptions): Promise<ReadonlyMap<string, ReleaseSummary>>;
  /** @throws {VersioningError} `RELEASE_NOT_FOUND`; `RELEASE_DAMAGED`. */
  getRelease(version: string, options?: ReadReleaseOptions): Promise<Release>;
  /** Markdown in the form of Keep a Changelog: of one version, or of all, newest first. */
  changelog(version?: string, options?: ReadReleaseOptions): Promise<string>;
  /** Checks signature, digests, bill and tag, and says what could not be checked. @throws {VersioningError} `RELEASE_NOT_FOUND`. */
  verifyRelease(version: string, options?: VerifyReleaseOptions): Promise<ReleaseVerification>;
  /** What sets two releases apart: files, components, migrations, flags. @throws {VersioningError} `RELEASE_NOT_FOUND`; `RELEASE_DAMAGED`. */
  diffReleases(from: string, to: string, options?: ReadReleaseOptions): Promise<ReleaseDiff>;
  /** Marks a release as one that nobody should use; nothing of it is deleted. @throws {VersioningError} `RELEASE_NOT_FOUND`; `INVALID_OPTION`. */
  yankRelease(version: string, options: YankOptions): Promise<ReleaseSummary>;
  /** Takes the mark away again; the history keeps both. @throws {VersioningError} `RELEASE_NOT_FOUND`; `INVALID_OPTION`. */
  unyankRelease(version: string, options: YankOptions): Promise<ReleaseSummary>;
  /** What lies in the workspace: version, commit, channel, and whether it is changed. */
  getVersionInfo(options?: ReadReleaseOptions): Promise<VersionInfo>;
  /** How often, how large and how fast releases are; of one channel, or of all. */
  metrics(channel?: string, options?: ReadReleaseOptions): Promise<ReleaseMetrics>;
  /** Writes a release's files to a folder, each verified. @throws {VersioningError} `RELEASE_NOT_FOUND`, `RELEASE_DAMAGED`, `TARGET_EXISTS`. */
  exportRelease(version: string, folder: string, options?: ReadReleaseOptions): Promise<ExportedRelease>;
  /** What is in the artefact of a release, each file with its digest; empty without an artefact. @throws {VersioningError} `RELEASE_NOT_FOUND`, `RELEASE_DAMAGED`, `INVALID_CONTENTS`. */
  contents(version: string, options?: ReadReleaseOptions): Promise<readonly ArtifactContent[]>;
  /** The manifest as it was stored. @throws {VersioningError} `RELEASE_NOT_FOUND`; `RELEASE_DAMAGED`. */
  getManifest(version: string, options?: ReadReleaseOptions): Promise<ReleaseManifest>;
}
