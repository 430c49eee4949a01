import type { Messages } from './messages.ts';
import { LINE_INTERVAL } from './progress-reporter.ts';

/** Milliseconds between two looks of the line on a terminal: nobody reads faster. */
const LOOK_INTERVAL = 100;

/** Shows how far something has come: a line that is rewritten on a terminal, one now and then elsewhere. */
export function lineProgress<Progress>(
  messages: Messages,
  lineOf: (progress: Progress) => string,
): { readonly onProgress: (progress: Progress) => void; readonly end: () => void } {
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
