import type { BackupResult, ProfileReason } from '@x/backup-store';
import { formatBytes, formatCount, formatNumberOf, formatRate } from './bytes.ts';
import { compressionFacts } from './contents.ts';
import { shortId } from './snapshot.ts';
import { factLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration } from './time.ts';

/** What became of a source that is no file or folder. */
function sourceFact({ path, status, files, bytes, durationMs = 0 }: BackupResult['sources'][number]): [string, string] {
  const what = `${formatNumberOf(files, 'file')}, ${formatBytes(bytes)}, ${formatDuration(durationMs)}`;
  return [displayText(path), `${status}: ${what}`];
}

/** What a checkpoint has no content of. */
function absentFact({ sources }: BackupResult): readonly (readonly [string, string])[] {
  const files = sources.reduce((sum, { absent }) => sum + (absent?.files ?? 0), 0);
  const bytes = sources.reduce((sum, { absent }) => sum + (absent?.bytes ?? 0), 0);
  return files === 0 ? [] : [['no content of', `${formatNumberOf(files, 'file')}, ${formatBytes(bytes)}`]];
}

/** Why a profile was taken. */
const PROFILE_REASONS: Readonly<Record<ProfileReason, string>> = {
  asked: 'as chosen',
  urgent: 'as somebody waits for it',
  scheduled: 'as a scheduler runs it',
  archive: 'as it is kept long',
  default: 'the default',
};

function profileFact({ profile, reason }: BackupResult['compression']): [string, string] {
  return ['profile', `${profile} (${PROFILE_REASONS[reason]})`];
}

/** What a backup has come to, line by line. Pure. */
export function resultLines(result: BackupResult, title: string): readonly string[] {
  const { counts, durationMs } = result;
  const files = counts.filesNew + counts.filesChanged + counts.filesUnchanged;
  const facts: (readonly [string, string])[] = [
    [
      'files',
      `${formatCount(files)} (${formatCount(counts.filesNew)} new, ${formatCount(counts.filesChanged)} changed, ` +
        `${formatCount(counts.filesUnchanged)} unchanged), ${formatNumberOf(counts.entriesRemoved, 'entry', 'entries')} gone`,
    ],
    [
      'content',
      `${formatBytes(counts.bytesTotal)}, ${formatBytes(counts.bytesRead)} read, ${formatBytes(counts.bytesNew)} new`,
    ],
    ['stored', formatBytes(counts.bytesStored)],
    profileFact(result.compression),
    ...compressionFacts(result.contents),
    ['time', `${formatDuration(durationMs)}, ${formatRate(counts.bytesTotal, durationMs)}`],
    ['parent', result.parent === undefined ? 'none' : shortId(result.parent)],
    ...absentFact(result),
    ...result.sources.filter(({ kind }) => kind !== 'directory').map(sourceFact),
  ];
  return [title, ...factLines(facts, '  ')];
}
