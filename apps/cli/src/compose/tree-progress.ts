import type { ManifestProgress } from '@x/integrity';
import { formatBytes, formatCount } from '../render/bytes.ts';
import { lineProgress } from '../terminal/line-progress.ts';
import type { Messages } from '../terminal/messages.ts';

const lineOf = ({ phase, entries, files, bytes, totalFiles, totalBytes }: ManifestProgress): string =>
  phase === 'list'
    ? `list ${formatCount(entries)} entries`
    : `read ${formatCount(files)} of ${formatCount(totalFiles)} files, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;

/** Shows how far a walk through a folder has come. */
export function treeProgress(messages: Messages): {
  readonly onProgress: (progress: ManifestProgress) => void;
  readonly end: () => void;
} {
  return lineProgress(messages, lineOf);
}
