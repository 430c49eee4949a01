import type { ReleaseNotes } from '../changelog/changelog.ts';
import { repositoryAddress } from '../changelog/format-changelog.ts';
import type { ChangelogOutline } from './changelog-outline.ts';
import type { NamedRelease } from './changelog-section.ts';
import type { LineEdit } from './line-edits.ts';
import { type Comparison, comparisonIn, type Definition, taggedIn } from './link-definition.ts';
import { bare } from './text-lines.ts';
import { formOf, type FoundVersion, isUnreleased, versionIn } from './version-heading.ts';

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
  const edits = planHeadingLink(outline, tag);
  if (beside === undefined) return edits;
  const to = encodeURIComponent(tag);
  const isDefined = outline.definitions.some(({ label }) => label.toLowerCase() === options.label.toLowerCase());
  const address = isDefined ? undefined : addressOf(to, { unreleased, newest }, options);
  if (address !== undefined) {
    edits.push({
      line: beside.line,
      where: beside === unreleased ? 'below' : 'above',
      text: `[${options.label}]: ${address}`,
    });
  }
  if (unreleased !== undefined)
    edits.push(...changedLink(outline, unreleased, pendingAddress(to, unreleased, options)));
  return edits;
}

/** The link in the heading of what is not released, if it has one and compares. */
function planHeadingLink(outline: ChangelogOutline, tag: string): LineEdit[] {
  const { unreleased } = outline;
  const [, address = ''] = /\]\(([^()\s]+)\)/.exec(unreleased?.text ?? '') ?? [];
  const pending = comparisonIn(address);
  if (unreleased === undefined || pending === undefined) return [];
  return changedLink(
    outline,
    { line: unreleased.line, address },
    written({ ...pending, from: encodeURIComponent(tag) }),
  );
}

function changedLink(
  { lines }: ChangelogOutline,
  { line, address }: Pick<Definition, 'line' | 'address'>,
  next: string | undefined,
): LineEdit[] {
  if (next === undefined || next === address) return [];
  return [{ line, where: 'instead', text: bare(lines[line] ?? '').replace(address, () => next) }];
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

/** The tag of a version that has none yet: named as the tags before it, in the history or in the links that are there. */
export function tagOf(
  version: string,
  outline: ChangelogOutline | undefined,
  history: readonly ReleaseNotes[],
): string {
  const prefixes = [
    ...history.map((release) => prefixOf(release.tag, release.version)),
    ...(outline?.definitions ?? []).map(({ label, address }) => prefixIn(address, versionIn(label, 3))),
    ...(outline?.versions ?? []).map(({ found }) => prefixIn(formOf(found).address, found)),
  ];
  return `${prefixes.find((prefix) => prefix !== undefined) ?? 'v'}${version}`;
}

/** What stands before the version in its tag. */
const prefixOf = (tag: string | undefined, version: string | undefined): string | undefined =>
  tag !== undefined && version !== undefined && tag.endsWith(version) ? tag.slice(0, -version.length) : undefined;

function prefixIn(address: string | undefined, found: FoundVersion | undefined): string | undefined {
  if (address === undefined || found === undefined) return undefined;
  const tag = comparisonIn(address)?.to ?? taggedIn(address)?.tag;
  return prefixOf(tag === undefined ? undefined : decoded(tag), found.version);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
