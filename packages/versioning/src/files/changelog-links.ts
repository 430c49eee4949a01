import type { ReleaseNotes } from '../changelog/changelog.ts';
import { repositoryAddress } from '../changelog/format-changelog.ts';
import type { ChangelogOutline } from './changelog-outline.ts';
import type { NamedRelease } from './changelog-section.ts';
import type { LineEdit } from './line-edits.ts';
import { type Comparison, comparisonIn, type Definition, taggedIn } from './link-definition.ts';
import { bare } from './text-lines.ts';
import { isUnreleased, versionIn } from './version-heading.ts';

/** What links of versions are made from. */
export interface LinkOptions {
  readonly repository: string | undefined;
  readonly history: readonly ReleaseNotes[];
  /** The link of the version: `1.2.0`, `v1.2.0`. */
  readonly label: string;
}

/** The definitions that are of versions, the newest first, as people write them. */
interface VersionLinks {
  readonly unreleased: Definition | undefined;
  readonly newest: Definition | undefined;
}

const linksIn = ({ definitions }: ChangelogOutline): VersionLinks => ({
  unreleased: definitions.find(({ label }) => isUnreleased(label)),
  newest: definitions.find(({ label }) => versionIn(label, 3) !== undefined),
});

/**
 * Link definitions for a new version: its own, and that of what is not released, which now begins where the version ends. Where a changelog has
 * none, or nothing tells where they lead, it gets none. Addresses go on as those that are there: people know their host.
 */
export function planLinks(outline: ChangelogOutline, { tag }: NamedRelease, options: LinkOptions): LineEdit[] {
  const { unreleased, newest } = linksIn(outline);
  const beside = unreleased ?? newest;
  if (beside === undefined) return [];
  const to = encodeURIComponent(tag);
  const edits: LineEdit[] = [];
  const isDefined = outline.definitions.some(({ label }) => label.toLowerCase() === options.label.toLowerCase());
  const address = isDefined ? undefined : addressOf(to, { unreleased, newest }, options);
  if (address !== undefined) {
    edits.push({
      line: beside.line,
      where: beside === unreleased ? 'below' : 'above',
      text: `[${options.label}]: ${address}`,
    });
  }
  const next = unreleased === undefined ? undefined : pendingAddress(to, unreleased, options);
  if (unreleased !== undefined && next !== undefined && next !== unreleased.address) {
    const text = bare(outline.lines[unreleased.line] ?? '').replace(unreleased.address, () => next);
    edits.push({ line: unreleased.line, where: 'instead', text });
  }
  return edits;
}

function addressOf(
  to: string,
  { unreleased, newest }: VersionLinks,
  { repository, history }: LinkOptions,
): string | undefined {
  const pending = unreleased === undefined ? undefined : comparisonIn(unreleased.address);
  if (pending !== undefined) return written({ ...pending, to });
  const last = newest === undefined ? undefined : comparisonIn(newest.address);
  if (last !== undefined) return written({ ...last, from: last.to, to });
  const first = newest === undefined ? undefined : taggedIn(newest.address);
  const base = repository === undefined ? first?.base : repositoryAddress(repository);
  if (base === undefined) return undefined;
  const known = history.find(({ tag }) => tag !== undefined)?.tag;
  const from = first?.tag ?? (known === undefined ? undefined : encodeURIComponent(known));
  return from === undefined ? `${base}/releases/tag/${to}` : `${base}/compare/${from}...${to}`;
}

function pendingAddress(from: string, { address }: Definition, { repository }: LinkOptions): string | undefined {
  const pending = comparisonIn(address);
  if (pending !== undefined) return written({ ...pending, from });
  return repository === undefined ? undefined : `${repositoryAddress(repository)}/compare/${from}...HEAD`;
}

const written = ({ base, from, dots, to }: Comparison): string => `${base}${from}${dots}${to}`;

/**
 * The tag of a version that has none yet: named as the tags before it, in the history or in the links that are there.
 */
export function tagOf(
  version: string,
  outline: ChangelogOutline | undefined,
  history: readonly ReleaseNotes[],
): string {
  const known = history.find((release) => release.tag !== undefined && release.version !== undefined);
  if (known?.tag !== undefined && known.version !== undefined && known.tag.endsWith(known.version)) {
    return `${known.tag.slice(0, -known.version.length)}${version}`;
  }
  const newest = outline === undefined ? undefined : linksIn(outline).newest;
  if (newest === undefined) return `v${version}`;
  const last = versionIn(newest.label, 3)?.version ?? '';
  const tag = comparisonIn(newest.address)?.to ?? taggedIn(newest.address)?.tag ?? '';
  return tag.endsWith(last) && tag !== '' ? `${decoded(tag.slice(0, -last.length))}${version}` : `v${version}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
