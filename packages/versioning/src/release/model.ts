import type { DsseEnvelope } from '@x/integrity';
import type { Migrations } from '../migrations/model.ts';
import type { SbomFormat } from '../sbom/create-sbom.ts';

/** A value of JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Bytes that are stored under their digest. */
export interface StoredContent {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** The artefact of a release, and what it was made from. */
export interface ReleaseArtifact extends StoredContent {
  /** Name of the file, as `shop-1.2.0.zip`. */
  readonly name: string;
  /** The list of what is in it, each with its digest. */
  readonly contents: StoredContent;
  /** The build that made what is in it, by whatever name it has where it ran. */
  readonly buildId?: string | undefined;
  readonly commit?: string | undefined;
  readonly branch?: string | undefined;
}

/** The state of the repository that a release was made from. */
export interface ReleaseSource {
  readonly commit: string;
  readonly branch?: string | undefined;
  /** Address of the repository, without credentials. */
  readonly repository?: string | undefined;
  /** There were changes that are in no commit: the release can't be made again from this one. */
  readonly dirty?: boolean | undefined;
}

/** The bill of materials of a release. */
export interface ReleaseSbom extends StoredContent {
  /** Name of the file, as `shop-1.2.0.cdx.json`. */
  readonly name: string;
  readonly format: SbomFormat;
  /** How many components it lists. */
  readonly components: number;
}

/** A line of a release's changelog. */
export interface ReleaseEntry {
  readonly text: string;
  readonly scope?: string | undefined;
  /** The commit that made it; none where somebody wrote the line by hand. */
  readonly commit?: string | undefined;
  readonly breaking?: boolean | undefined;
}

/** What changed with a release: what its commits say, and what was written by hand. */
export interface ReleaseChangelog {
  /** The tag or version that it is compared with; none for the first release. */
  readonly since?: string | undefined;
  /** How many commits the release has that the one before it has not. */
  readonly commits: number;
  /** The median time from these commits to the release, in milliseconds. */
  readonly leadTimeMs?: number | undefined;
  /** Without empty ones. */
  readonly sections: readonly { readonly title: string; readonly entries: readonly ReleaseEntry[] }[];
}

/**
 * A release, as it was made. It never changes: it is stored under the digest of its bytes. Whether it was yanked since is told by the
 * history, see {@link Release}.
 */
export interface ReleaseManifest {
  readonly format: 'holdfast-release';
  readonly formatVersion: 0;
  /** `shop@1.2.0`; the version alone where a workspace has one component only. */
  readonly id: string;
  readonly component?: string | undefined;
  readonly version: string;
  /** For people, as `Shop 1.2.0`. */
  readonly name: string;
  readonly description: string;
  /** Markdown, as somebody wrote it; the changelog is beside it. */
  readonly notes: string;
  readonly preRelease: boolean;
  /** `stable`, or the name of a pre-release's channel. */
  readonly channel: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** The version before it. */
  readonly previous?: string | undefined;
  /** Why it has this version. */
  readonly reason: string;
  /** Where it was made from. */
  readonly source: ReleaseSource;
  readonly artifact?: ReleaseArtifact | undefined;
  readonly sbom?: ReleaseSbom | undefined;
  readonly migrations: Migrations;
  readonly changelog: ReleaseChangelog;
  /** What flags are with this release: any JSON by name. */
  readonly flags: Readonly<Record<string, JsonValue>>;
  /** Name of the tag in git. */
  readonly tag?: string | undefined;
  /** Signed provenance: an in-toto statement about the artefact, the bill and everything above. */
  readonly signature?: DsseEnvelope | undefined;
}

/** What has become of a release. */
export type ReleaseStatus = 'released' | 'yanked';

/** Who took a release back, when and why. */
export interface Yank {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

/** A line of the history: enough for lists and counts, without reading manifests. */
export interface ReleaseSummary {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly channel: string;
  readonly preRelease: boolean;
  readonly status: ReleaseStatus;
  readonly yank?: Yank | undefined;
  /** Digest of the manifest. */
  readonly manifest: string;
  /** When it was made and by whom. ISO 8601, UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** When it entered the history. ISO 8601, UTC. */
  readonly releasedAt: string;
  /** Bytes of the artefact; 0 without one. */
  readonly size: number;
  readonly commit?: string | undefined;
  readonly tag?: string | undefined;
  /** The median time from its commits to the release, in milliseconds. */
  readonly leadTimeMs?: number | undefined;
  readonly isSigned: boolean;
}

/** A release with what the history says of it. */
export interface Release extends ReleaseManifest, Pick<ReleaseSummary, 'status' | 'yank' | 'manifest' | 'releasedAt'> {}
