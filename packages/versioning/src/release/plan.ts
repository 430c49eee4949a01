import type { ArtifactPlan } from '../artifact/model.ts';
import type { FileChange } from '../files/file-change.ts';
import type { CommitPlan } from '../git/plan-commit.ts';
import type { SbomFormat, SbomOptions } from '../sbom/create-sbom.ts';
import type { ReleaseManifest } from './model.ts';
import type { StepName } from './steps.ts';

/** What a release will be, as its manifest has it; the rest follows while it is made. */
export type PlannedRelease = Omit<
  ReleaseManifest,
  'format' | 'formatVersion' | 'source' | 'artifact' | 'sbom' | 'signature'
>;

/** The artefact that a release will have. */
export interface PlannedArtifact {
  /** Name of the file, as `shop-1.2.0.zip`. */
  readonly name: string;
  /** Its files, as they will be when the release has changed what it changes. */
  readonly files: ArtifactPlan;
  readonly buildId?: string | undefined;
}

/** The bill of materials that a release will have. */
export interface PlannedSbom {
  /** Name of the file, as `shop-1.2.0.cdx.json`. */
  readonly name: string;
  readonly format: SbomFormat;
  /** Folder of the lockfile. */
  readonly folder: string;
  readonly file?: string | undefined;
  /** The time is that of the release. */
  readonly options: Omit<SbomOptions, 'format' | 'timestamp'> & { readonly timestamp: string };
}

/** The tag that a release will have. Its message names the manifest, so that both stand for each other. */
export interface PlannedTag {
  readonly name: string;
  readonly message: string;
  /** Whether git signs it, as it is set up to. */
  readonly isSigned: boolean;
}

/** Where a release is pushed to, in the end. */
export interface PlannedPush {
  readonly remote: string;
  /** The branch with the release's commit; none if there is no commit to push. */
  readonly branch?: string | undefined;
  readonly tag: string;
}

/**
 * All that a release will do, as data: what `--dry-run` shows, what the run writes down first, and what a resumed run goes by. It has
 * no secrets.
 */
export interface ReleasePlan {
  readonly format: 'holdfast-release-plan';
  readonly formatVersion: 0;
  readonly release: PlannedRelease;
  /** The workspace, as an absolute path. */
  readonly folder: string;
  /** The top of the checkout, as an absolute path. */
  readonly root: string;
  /** The commit that everything is planned on. */
  readonly basis: {
    readonly commit: string;
    readonly branch?: string | undefined;
    /** Whether there were changes that are not committed, which somebody has allowed. */
    readonly isDirty: boolean;
  };
  /** Address of the repository, without credentials. */
  readonly repository?: string | undefined;
  /** Files that change, relative to the root. */
  readonly files: readonly FileChange[];
  /** The commit that holds them; none when nothing changes. */
  readonly commit?: CommitPlan | undefined;
  readonly artifact?: PlannedArtifact | undefined;
  readonly sbom?: PlannedSbom | undefined;
  /** Id of the key that will sign. */
  readonly signedBy?: string | undefined;
  readonly tag?: PlannedTag | undefined;
  readonly push?: PlannedPush | undefined;
  /** In their order. */
  readonly steps: readonly StepName[];
}
