import type { ManifestProgress } from '@x/integrity';
import { formatBytes, formatCount } from '../render/bytes.ts';
import type { Messages } from '../terminal/messages.ts';
import { LINE_INTERVAL } from '../terminal/progress-reporter.ts';

const lineOf = ({ phase, entries, files, bytes, totalFiles, totalBytes }: ManifestProgress): string =>
  phase === 'list'
    ? `list ${formatCount(entries)} entries`
    : `read ${formatCount(files)} of ${formatCount(totalFiles)} files, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;

/** Shows how far a walk through a folder has come: a line that is rewritten on a terminal, one now and then elsewhere. */
export function treeProgress(messages: Messages): {
  onProgress: (progress: ManifestProgress) => void;
  end: () => void;
} {
  let last = performance.now();
  const plain = (progress: ManifestProgress): void => {
    if (performance.now() - last < LINE_INTERVAL) return;
    last = performance.now();
    messages.note(lineOf(progress));
  };
  const show = messages.isTerminal ? (progress: ManifestProgress) => messages.status(lineOf(progress)) : plain;
  return {
    onProgress: (progress) => (messages.quiet ? undefined : show(progress)),
    end: () => messages.status(undefined),
  };
}
