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
  const [heading = '', ...rest] = formatRelease(notesOf(release), options).split('\n');
  const written = release.notes.trim();
  return [heading, ...(written === '' ? [] : ['', written]), ...rest].join('\n');
}

/** The changelog of releases, newest first. */
export function changelogText(releases: readonly NotesSource[], options: FormatChangelogOptions = {}): string {
  const byVersion = new Map(releases.map((release) => [release.version, release]));
  const isWritten = releases.some(({ notes }) => notes.trim() !== '');
  const template = ({ version = '' }: ReleaseNotes): string => {
    const release = byVersion.get(version);
    return release === undefined ? '' : releaseText(release, options);
  };
  // Links below are only made without a template.
  return formatChangelog(releases.map(notesOf), isWritten ? { ...options, template } : options);
}
