import type { Release, ReleaseManifest, ReleaseSummary, VersionInfo } from '@x/versioning';
import { formatBytes, formatNumberOf } from './bytes.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

type Fact = readonly [label: string, value: string];

/** The beginning of a commit's id, enough to know it again. */
export const shortCommit = (commit: string): string => commit.slice(0, 12);

/** The same of the id of a key. */
export const shortKey = (id: string): string => id.slice(0, 16);

/** A version with its channel, where that is not for everybody. */
export const versionText = ({ version, channel }: Pick<ReleaseSummary, 'version' | 'channel'>): string =>
  displayText(channel === 'stable' ? version : `${version} (${channel})`);

/** A text of several lines, indented, each as it may go to a terminal. */
export const textLines = (text: string, indent: string): readonly string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => `${indent}${displayText(line.replace(/\r$/, ''))}`.trimEnd());

/** What changed, by sections, as a changelog has it. */
export function changeLines({ changelog }: Pick<ReleaseManifest, 'changelog'>): readonly string[] {
  const { sections, since, commits } = changelog;
  const from = since === undefined ? '' : ` since ${displayText(since)}`;
  if (sections.length === 0) return [`Nothing for the changelog${from} (${formatNumberOf(commits, 'commit')})`];
  return [
    `Changes${from} (${formatNumberOf(commits, 'commit')})`,
    ...sections.flatMap(({ title, entries }) => [
      `  ${displayText(title)}`,
      ...entries.map(({ text, scope, commit, breaking }) => {
        const where = scope === undefined ? '' : `${scope}: `;
        const by = commit === undefined ? '' : ` (${commit.slice(0, 7)})`;
        return displayText(`    - ${breaking ? 'BREAKING ' : ''}${where}${text}${by}`);
      }),
    ]),
  ];
}

/** How a release stands: released, or taken back by whom and why. */
export function standingText({
  status,
  yank,
  releasedAt,
}: Pick<ReleaseSummary, 'status' | 'yank' | 'releasedAt'>): string {
  if (status === 'released' || yank === undefined) return `${status} ${formatTime(releasedAt)}`;
  return displayText(`YANKED ${formatTime(yank.at)} by ${yank.by}: ${yank.reason}`);
}

/** Migrations in one line. */
export function migrationsText({ forward, backward }: ReleaseManifest['migrations']): string {
  if (forward.length === 0) return 'none';
  const back = backward.length === forward.length ? '' : `, ${backward.length} of them can be undone`;
  return displayText(`${forward.map(({ id, kind }) => `${id} (${kind})`).join(', ')}${back}`);
}

function artifactFacts({ artifact, sbom }: Release): readonly Fact[] {
  return [
    ...(artifact === undefined
      ? []
      : ([
          ['artefact', displayText(`${artifact.name}, ${formatBytes(artifact.size)}, ${artifact.digest}`)],
          ...(artifact.buildId === undefined ? [] : [['build', displayText(artifact.buildId)] as const]),
        ] as const)),
    ...(sbom === undefined
      ? []
      : ([
          ['SBOM', displayText(`${sbom.name}, ${formatNumberOf(sbom.components, 'component')}, ${sbom.digest}`)],
        ] as const)),
  ];
}

/** Everything that is known of a release, but for its texts. */
export function releaseFacts(release: Release): readonly Fact[] {
  const { source, signature, changelog, flags } = release;
  const branch = source.branch === undefined ? '' : ` on ${source.branch}`;
  const keys = signature?.signatures.map(({ keyid }) => shortKey(keyid ?? '?')).join(', ');
  return [
    ['version', versionText(release)],
    ['status', standingText(release)],
    ['made', displayText(`${formatTime(release.createdAt)} by ${release.createdBy}`)],
    ['because', displayText(release.reason)],
    ['after', displayText(release.previous ?? 'nothing: it is the first')],
    ['commit', displayText(`${source.commit}${branch}${source.dirty ? ', with changes that are in no commit' : ''}`)],
    ...(source.repository === undefined ? [] : [['repository', displayText(source.repository)] as const]),
    ['tag', displayText(release.tag ?? 'none')],
    ...artifactFacts(release),
    ['signature', keys === undefined ? 'none' : `by ${keys}`],
    ['manifest', release.manifest],
    ['migrations', migrationsText(release.migrations)],
    ...(Object.keys(flags).length === 0 ? [] : [['flags', displayText(JSON.stringify(flags))] as const]),
    ...(changelog.leadTimeMs === undefined ? [] : [['lead time', formatDuration(changelog.leadTimeMs)] as const]),
  ];
}

/** Lines of a list of releases, the head first; `*` marks what is active in its channel. */
export function releaseTable(
  releases: readonly ReleaseSummary[],
  active: Readonly<Record<string, string>>,
): readonly string[] {
  return tableLines(
    [
      { title: '' },
      { title: 'VERSION' },
      { title: 'CHANNEL' },
      { title: 'RELEASED' },
      { title: 'SIZE', align: 'right' },
      { title: 'BY' },
      { title: 'STATUS' },
    ],
    releases.map((each) => [
      active[each.channel] === each.version ? '*' : '',
      displayText(each.version),
      displayText(each.channel),
      formatTime(each.releasedAt),
      formatBytes(each.size),
      displayText(each.createdBy),
      each.yank === undefined ? each.status : displayText(`yanked: ${each.yank.reason}`),
    ]),
  );
}

/** What lies in a checkout, in one line. */
export function workspaceText(info: VersionInfo | undefined): string {
  if (info === undefined) return 'no checkout with a commit';
  const branch = info.branch === undefined ? '' : ` on ${info.branch}`;
  return displayText(`${info.version}, ${shortCommit(info.commit)}${branch}${info.dirty ? ', with changes' : ''}`);
}
