import { shown, VersioningError } from '../errors.ts';
import { parseContents } from '../artifact/contents-text.ts';
import type { ArtifactContent } from '../artifact/model.ts';
import { MOST_LIST_BYTES, type ReleaseContents } from './contents.ts';
import type { OpenedRelease } from './diff-releases.ts';
import type { ReleaseHistory } from './history.ts';
import { MOST_MANIFEST_BYTES, parseManifestBytes } from './manifest-bytes.ts';
import type { Release, ReleaseManifest, ReleaseSummary } from './model.ts';
import { billComponents } from './sbom-components.ts';

/** The releases that there are, with what belongs to them. */
export class ReleaseShelf {
  readonly history: ReleaseHistory;
  readonly contents: ReleaseContents;

  constructor(history: ReleaseHistory, contents: ReleaseContents) {
    this.history = history;
    this.contents = contents;
  }

  /** All of them, newest first. */
  async list(signal?: AbortSignal): Promise<readonly ReleaseSummary[]> {
    return [...(await this.history.read(signal)).releases.values()].toReversed();
  }

  /** @throws {VersioningError} `RELEASE_NOT_FOUND`. */
  async find(version: string, signal?: AbortSignal): Promise<ReleaseSummary> {
    const { releases } = await this.history.read(signal);
    const found = releases.get(version) ?? releases.get(version.replace(/^v/, ''));
    if (found !== undefined) return found;
    const newest = [...releases.keys()].slice(-5).toReversed();
    throw new VersioningError('RELEASE_NOT_FOUND', `Expected a release ${shown(version)}, got none`, {
      hint: newest.length === 0 ? 'Nothing is released yet.' : `The newest are ${newest.join(', ')}.`,
    });
  }

  /** @throws {VersioningError} `RELEASE_DAMAGED`. */
  async manifest({ manifest, version }: ReleaseSummary, signal?: AbortSignal): Promise<ReleaseManifest> {
    const bytes = await this.contents.read({ digest: manifest }, MOST_MANIFEST_BYTES, signal);
    return parseManifestBytes(bytes, version);
  }

  async release(summary: ReleaseSummary, signal?: AbortSignal): Promise<Release> {
    const { status, yank, manifest, releasedAt } = summary;
    return { ...(await this.manifest(summary, signal)), status, yank, manifest, releasedAt };
  }

  /** What is in the artefact of a release; empty without one. @throws {VersioningError} `RELEASE_DAMAGED`, `INVALID_CONTENTS`. */
  async listOf({ artifact }: ReleaseManifest, signal?: AbortSignal): Promise<readonly ArtifactContent[]> {
    if (artifact === undefined) return [];
    return parseContents(await this.contents.read(artifact.contents, MOST_LIST_BYTES, signal));
  }

  /** A release with its list of files and its bill. @throws {VersioningError} `RELEASE_DAMAGED`, `INVALID_CONTENTS`. */
  async open(summary: ReleaseSummary, signal?: AbortSignal): Promise<OpenedRelease> {
    const release = await this.release(summary, signal);
    const { sbom } = release;
    return {
      release,
      contents: await this.listOf(release, signal),
      components: sbom === undefined ? [] : billComponents(await this.contents.read(sbom, MOST_LIST_BYTES, signal)),
    };
  }
}
