import type { ManifestProgress } from '@x/integrity';
import { formatBytes, formatCount } from '../render/bytes.ts';
import type { Messages } from '../terminal/messages.ts';
import { LINE_INTERVAL } from '../terminal/progress-reporter.ts';

const lineOf = ({ phase, entries, files, bytes, totalFiles, totalBytes }: ManifestProgress): string =>
  phase === 'list'
    ? `list ${formatCount(entries)} entries`
    : `read ${formatCount(files)} of ${formatCount(totalFiles)} files, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;

/** Milliseconds between two looks of the line on a terminal: nobody reads faster. */
const LOOK_INTERVAL = 100;

/** Shows how far a walk through a folder has come: a line that is rewritten on a terminal, one now and then elsewhere. */
export function treeProgress(messages: Messages): {
  onProgress: (progress: ManifestProgress) => void;
  end: () => void;
} {
  const { isTerminal, quiet } = messages;
  const interval = isTerminal ? LOOK_INTERVAL : LINE_INTERVAL;
  let last = performance.now();
  return {
    onProgress: (progress) => {
      const now = performance.now();
      if (quiet || now - last < interval) return;
      last = now;
      if (isTerminal) messages.status(lineOf(progress));
      else messages.note(lineOf(progress));
    },
    end: () => messages.status(undefined),
  };
}
