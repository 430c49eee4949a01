import type { AppliedCommit } from '../git/apply-commit.ts';
import type { ReleaseArtifact, ReleaseSbom, StoredContent } from './model.ts';

/** One step of a release. */
export type StepName = 'files' | 'commit' | 'artifact' | 'sbom' | 'manifest' | 'tag' | 'rehearse' | 'publish' | 'push';

/** What a release does, in this order. Until `publish` everything can be undone; the tag is pushed last. */
export const STEPS: readonly StepName[] = [
  'files',
  'commit',
  'artifact',
  'sbom',
  'manifest',
  'tag',
  'rehearse',
  'publish',
  'push',
];

/** What each step gives to those after it. */
export interface StepResults {
  /** Files are as planned. */
  readonly files: null;
  readonly commit: Pick<AppliedCommit, 'commit'>;
  readonly artifact: Pick<ReleaseArtifact, 'digest' | 'size' | 'contents'>;
  readonly sbom: Pick<ReleaseSbom, 'digest' | 'size' | 'components'>;
  readonly manifest: StoredContent & { readonly isSigned: boolean };
  /** Id of the tag. */
  readonly tag: { readonly object: string };
  /** The remote would take what is to be pushed. */
  readonly rehearse: null;
  readonly publish: null;
  readonly push: null;
}
