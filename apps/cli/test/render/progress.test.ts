import type { Progress } from '@x/backup-store';
import { expect, test } from 'vitest';
import { progressBar, progressLine, progressShare } from '../../src/render/progress.ts';
import { createMessages } from '../../src/terminal/messages.ts';
import { createProgressReporter } from '../../src/terminal/progress-reporter.ts';
import { recordingStream } from '../support/streams.ts';

const base: Progress = {
  phase: 'backup',
  filesDone: 500,
  filesTotal: 2000,
  bytesDone: 512 * 1024,
  bytesTotal: 1024 * 1024,
  bytesStored: 1000,
  bytesReused: 0,
  rate: 1024 * 1024,
  etaMs: 500,
  current: '/home/me/projects/some/long/path/to/a/file.ts',
  elapsedMs: 500,
};

test('of a stream, which ends when it ends, only what was read is shown', () => {
  const stream = { ...base, bytesDone: 5 * base.bytesTotal };
  expect(progressShare(stream)).toBeUndefined();
  expect(progressLine(stream)).toMatch(/^backup: [^%]*5\.0 MiB(?!\/)/);
});

test('the share is that of bytes, or of files where there are no bytes', () => {
  expect(progressShare(base)).toBe(0.5);
  expect(progressShare({ ...base, bytesDone: 0, bytesTotal: 0 })).toBe(0.25);
  expect(progressShare({ ...base, bytesDone: 0, bytesTotal: 0, filesTotal: 0 })).toBeUndefined();
});

test.each([20, 40, 80, 120, 200])('the bar fits into %d columns', (columns) => {
  const bar = progressBar(base, columns);
  expect([...bar].length).toBeLessThan(columns);
  expect(bar).not.toContain('\n');
});

test('the bar says phase, share, counts, rate and time left', () => {
  expect(progressBar(base, 100)).toBe(
    'backup  [##########----------]  50 %  500/2,000 files  512 KiB/1.0 MiB  1.0 MiB/s  500 ms left',
  );
  expect(progressBar(base, 160)).toMatch(/ {2}\/home\/me\/.*file\.ts$/);
});

test('where something else than files is counted, that is said', () => {
  const wait: Progress = { ...base, phase: 'wait', filesDone: 0, filesTotal: 2, bytesDone: 0, bytesTotal: 0, rate: 0 };
  expect(progressLine(wait, { wait: 'backups ended' })).toBe('wait 0 %: 0/2 backups ended, 500 ms');
  expect(progressLine({ ...wait, filesTotal: 0 }, { wait: 'backups ended' })).toBe('wait: 500 ms');
  expect(progressBar({ ...wait, etaMs: undefined }, 50, { wait: 'backups ended' })).toBe(
    'wait    [--------------------]   0 %  0/2 backups'.slice(0, 49),
  );
});

test('elsewhere there is a plain line every five seconds and at each new phase', () => {
  const stream = recordingStream({ isTTY: false });
  const reporter = createProgressReporter(createMessages(stream, { color: false }));
  for (let elapsedMs = 0; elapsedMs <= 12_000; elapsedMs += 100) reporter.onProgress({ ...base, elapsedMs });
  reporter.onProgress({ ...base, phase: 'commit', elapsedMs: 12_100 });
  reporter.end();
  expect(stream.text.split('\n').filter(Boolean)).toHaveLength(4);
  expect(stream.text).not.toContain('\r');
  expect(progressLine(base)).toBe('backup 50 %: 500/2,000 files  512 KiB/1.0 MiB  1.0 MiB/s, 500 ms');
});

test('a terminal gets one line that is rewritten, and a message does not run into it', () => {
  const stream = recordingStream({ isTTY: true, columns: 100 });
  const messages = createMessages(stream, { color: false });
  const reporter = createProgressReporter(messages);
  reporter.onProgress(base);
  messages.warn('careful');
  reporter.end();
  const bar = progressBar(base, 100);
  expect(stream.text).toBe(`\r\u001b[K${bar}\r\u001b[Kcareful\n${bar}\r\u001b[K`);
});

test('--quiet shows nothing', () => {
  const stream = recordingStream({ isTTY: false });
  createProgressReporter(createMessages(stream, { color: false, quiet: true })).onProgress(base);
  expect(stream.text).toBe('');
});
