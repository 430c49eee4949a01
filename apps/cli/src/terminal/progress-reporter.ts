import type { Progress } from '@x/backup-store';
import { progressBar, progressLine, type Counted } from '../render/progress.ts';
import type { Messages } from './messages.ts';

/** Milliseconds between the lines of a log. */
export const LINE_INTERVAL = 5000;

/** Shows how far a long call has come. */
export interface ProgressReporter {
  readonly onProgress: (progress: Progress) => void;
  /** Takes the bar away. */
  end(): void;
}

/** A bar that is rewritten on a terminal, a plain line every five seconds and at each new phase elsewhere. */
export function createProgressReporter(messages: Messages, counted?: Counted): ProgressReporter {
  let phase: string | undefined;
  let lastLine = 0;
  const bar = (progress: Progress): void => messages.status(progressBar(progress, messages.columns, counted));
  const lines = (progress: Progress): void => {
    if (progress.phase === phase && progress.elapsedMs - lastLine < LINE_INTERVAL) return;
    phase = progress.phase;
    lastLine = progress.elapsedMs;
    messages.note(progressLine(progress, counted));
  };
  const show = messages.isTerminal ? bar : lines;
  return {
    onProgress: (progress) => (messages.quiet ? undefined : show(progress)),
    end: () => messages.status(undefined),
  };
}
