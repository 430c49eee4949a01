import type { ChangelogEntry, ReleaseNotes } from './changelog.ts';

/** Options of {@link formatChangelog}. */
export interface FormatChangelogOptions {
  /** Address of the repository, as `https://github.com/acme/tools`: commits, issues and versions become links. */
  readonly repository?: string | undefined;
  /** What stands above. Default: the title and sentence of Keep a Changelog. */
  readonly heading?: string | undefined;
  /** The text of one version, instead of the usual one. */
  readonly template?: ((release: ReleaseNotes) => string) | undefined;
}

const HEADING = `# Changelog

The form is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/), and versions are those of [SemVer](https://semver.org/spec/v2.0.0.html).
`;

/**
 * A changelog as Markdown, in the form of Keep a Changelog 1.1.0 or by a template. Versions in which nothing changed for users say so in one line; what is not
 * released stands above, if there is anything.
 *
 * @param releases Newest first, as `readChangelog` gives them.
 */
export function formatChangelog(releases: readonly ReleaseNotes[], options: FormatChangelogOptions = {}): string {
  const { heading = HEADING, template = (release) => formatRelease(release, options) } = options;
  const told = releases.filter((release) => release.version !== undefined || release.sections.length > 0);
  const links = linksOf(told, options);
  const parts = [
    heading.trimEnd(),
    ...told.map((release) => template(release).trimEnd()),
    ...(links === '' ? [] : [links]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The notes of one version as Markdown, with its heading. */
export function formatRelease(release: ReleaseNotes, options: FormatChangelogOptions = {}): string {
  const { version, dateMs, sections } = release;
  const name = version === undefined ? '[Unreleased]' : `[${version}]`;
  // Without an address there is nothing to link to.
  const shown = options.repository === undefined ? name.slice(1, -1) : name;
  const date = dateMs === undefined ? '' : ` - ${new Date(dateMs).toISOString().slice(0, 10)}`;
  const told = sections.map(
    ({ title, entries }) => `### ${title}\n\n${entries.map((entry) => lineOf(entry, options)).join('\n')}`,
  );
  return [`## ${shown}${date}`, ...(told.length === 0 ? ['Nothing that users notice.'] : told)].join('\n\n');
}

function lineOf(entry: ChangelogEntry, { repository }: FormatChangelogOptions): string {
  const { scope, text, isMarkdown = false, hash, commit } = entry;
  const lines = text.split('\n');
  const [first = '', ...more] = isMarkdown ? lines : lines.map(escaped);
  const about = scope === undefined ? '' : `**${escaped(scope)}:** `;
  const short = hash?.slice(0, 7);
  const closing = (commit?.references ?? []).filter(({ action }) => action !== undefined);
  const issues = [...new Set(closing.map(({ repository: other, issue }) => issueLink(other, issue, repository)))];
  const from =
    short === undefined
      ? []
      : [repository === undefined ? short : `[${short}](${repositoryAddress(repository)}/commit/${hash})`];
  const details = [...from, ...(issues.length === 0 ? [] : [`closes ${issues.join(', ')}`])];
  const tail = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return [`- ${about}${first}${tail}`.trimEnd(), ...more.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');
}

function issueLink(other: string | undefined, issue: string, repository: string | undefined): string {
  const name = `${other ?? ''}#${issue}`;
  return repository === undefined || other !== undefined
    ? name
    : `[${name}](${repositoryAddress(repository)}/issues/${issue})`;
}

/** Links below, as Keep a Changelog has them: each version compared with the one before. */
function linksOf(releases: readonly ReleaseNotes[], { repository, template }: FormatChangelogOptions): string {
  if (repository === undefined || template !== undefined) return '';
  const base = repositoryAddress(repository);
  const lines = releases.map(({ version, tag }, index) => {
    const before = releases.slice(index + 1).find((release) => release.tag !== undefined)?.tag;
    const after = tag ?? 'HEAD';
    const name = version ?? 'Unreleased';
    const path =
      before === undefined
        ? `releases/tag/${encodeURIComponent(after)}`
        : `compare/${encodeURIComponent(before)}...${encodeURIComponent(after)}`;
    return `[${name}]: ${base}/${path}`;
  });
  return lines.join('\n');
}

/** The address of a repository as links begin with it. */
export const repositoryAddress = (address: string): string => address.replace(/(?:\.git)?\/*$/, '');

/** What commit messages hold is text: no HTML, no heading, no link that is not meant. */
function escaped(text: string): string {
  const [head = '', ...code] = text.split('`');
  // Between backquotes stands code, which needs nothing.
  return [
    plain(head),
    ...code.map((part, index) => (index % 2 === 0 && index < code.length - 1 ? part : plain(part))),
  ].join('`');
}

const plain = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/([[\]*_\\])/g, String.raw`\$1`);
