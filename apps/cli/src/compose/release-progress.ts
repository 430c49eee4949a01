import type { ArtifactProgress, ReleaseManagerEvent } from '@x/versioning';
import { formatBytes, formatCount } from '../render/bytes.ts';
import { lineProgress } from '../terminal/line-progress.ts';
import type { Messages } from '../terminal/messages.ts';

/** What a run has done so far, as far as it was heard. */
export interface ReleaseProgress {
  readonly onEvent: (event: ReleaseManagerEvent) => void;
  /** Takes the line away. */
  readonly end: () => void;
  /** Whether anything was begun. */
  readonly hasBegun: boolean;
}

/** What the steps are called while they are under way. */
const DOING = {
  files: 'change files',
  commit: 'commit',
  artifact: 'pack the artefact',
  sbom: 'write the SBOM',
  manifest: 'sign and store',
  tag: 'tag',
  rehearse: 'ask the remote',
  publish: 'publish',
  push: 'push',
} as const;

/** Shows how far a release has come: the step, and within the artefact its files and bytes. */
export function releaseProgress(messages: Messages): ReleaseProgress {
  const packing = lineProgress(messages, ({ entries, totalEntries, bytes, totalBytes }: ArtifactProgress) => {
    return `${DOING.artifact}: ${formatCount(entries)} of ${formatCount(totalEntries)} files, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;
  });
  let hasBegun = false;
  return {
    onEvent: (event) => {
      if (event.kind !== 'step') return messages.debug(`event ${event.kind} ${event.version}`);
      const { event: step } = event;
      if (step.kind === 'artifact') return packing.onProgress(step.progress);
      hasBegun = true;
      if (step.kind === 'begun' && !messages.quiet) messages.status(DOING[step.step]);
      messages.detail(`${step.step} ${step.kind}`);
    },
    end: packing.end,
    get hasBegun() {
      return hasBegun;
    },
  };
}
