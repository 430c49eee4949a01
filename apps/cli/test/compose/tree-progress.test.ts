import type { ManifestProgress } from '@x/integrity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { treeProgress } from '../../src/compose/tree-progress.ts';
import { createMessages } from '../../src/terminal/messages.ts';
import { recordingStream } from '../support/streams.ts';

const progress: ManifestProgress = {
  phase: 'read',
  entries: 9,
  files: 0,
  bytes: 0,
  totalFiles: 9000,
  totalBytes: 0,
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** How often something is shown in a second with nine thousand files. */
function shownInASecond(isTTY: boolean, quiet = false): number {
  const stream = recordingStream({ isTTY });
  const { onProgress, end } = treeProgress(createMessages(stream, { color: false, quiet }));
  for (let files = 1; files <= 9000; files++) {
    vi.advanceTimersByTime(1 / 9);
    onProgress({ ...progress, files });
  }
  end();
  return stream.text.split(' of ').length - 1;
}

test('a terminal is written to ten times a second, however many files are read', () => {
  // Two such words in a line.
  expect(shownInASecond(true) / 2).toBeGreaterThanOrEqual(9);
  expect(shownInASecond(true) / 2).toBeLessThanOrEqual(10);
});

test('elsewhere a line is written every five seconds, and none with --quiet', () => {
  expect(shownInASecond(false)).toBe(0);
  expect(shownInASecond(true, true)).toBe(0);
});
