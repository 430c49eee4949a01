import type { ArtifactContent } from '../../artifact/model.ts';
import type { Release } from '../../release/model.ts';

/** What a deploy needs of a release. */
export type DeployableRelease = Pick<
  Release,
  'version' | 'artifact' | 'migrations' | 'changelog' | 'createdAt' | 'status' | 'yank'
>;

/** Where releases come from: a `ReleaseManager`, or anything that gives the same. */
export interface ReleaseSource {
  /** @throws {VersioningError} `RELEASE_NOT_FOUND`, `RELEASE_DAMAGED`. */
  getRelease(version: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<DeployableRelease>;
  /** Writes the artefact of a release, under its name, to a folder that is not there yet. */
  exportRelease(
    version: string,
    folder: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<unknown>;
  /**
   * What is in the artefact of a release, each file with its digest: the list whose digest the release has. With it, room is looked for before anything is fetched, and
   * files that have not changed are not even read. Default: unknown.
   */
  readonly contents?:
    | ((
        version: string,
        options?: { readonly signal?: AbortSignal | undefined },
      ) => Promise<readonly ArtifactContent[]>)
    | undefined;
}
