import type { ReleaseNotes } from '../changelog/changelog.ts';
import { formatChangelog, type FormatChangelogOptions, formatRelease } from '../changelog/format-changelog.ts';
import type { ReleaseManifest } from './model.ts';

type NotesSource = Pick<ReleaseManifest, 'version' | 'createdAt' | 'notes' | 'changelog' | 'tag'>;

/** What changed with a release, in the form that changelogs are written from. */
export function notesOf({ version, createdAt, changelog, tag }: NotesSource): ReleaseNotes {
  return {
    version,
    tag,
    dateMs: Date.parse(createdAt),
    sections: changelog.sections.map(({ title, entries }) => ({
      title,
      entries: entries.map(({ text, scope, commit, breaking = false }) => ({
        type: title,
        scope,
        text,
        hash: commit,
        isBreaking: breaking,
        commit: undefined,
      })),
    })),
    causes: [],
  };
}

/** The notes of one release as Markdown: what somebody wrote, then what changed. */
export function releaseText(release: NotesSource, options: FormatChangelogOptions = {}): string {
  return changelogText([release], { ...options, heading: '' }).trim();
}

/** The changelog of releases, newest first, with what somebody wrote for each below its heading. */
export function changelogText(releases: readonly NotesSource[], options: FormatChangelogOptions = {}): string {
  return releases.reduce(
    (text, release) => {
      const written = release.notes.trim();
      const [heading = ''] = formatRelease(notesOf(release), options).split('\n', 1);
      return written === '' ? text : text.replace(`${heading}\n`, (line) => `${line}\n${written}\n`);
    },
    formatChangelog(releases.map(notesOf), options),
  );
}
