import { entryOf } from './create-manifest.ts';
import { compareKeys, keyOf, type PathKey, pathOf } from './entry-path.ts';
import type { Change, Finding } from './findings.ts';
import type { ManifestEntry } from './model.ts';
import type { Content, Contents } from './read-contents.ts';
import type { Survey } from './survey.ts';
import type { FoundEntry } from './walk.ts';

/** What of entries is not compared. */
export type Ignored = readonly ('mode' | 'mtime')[];

/** The findings, in bytewise order, of what was listed and what was read of it. Contents not read are not judged. */
export function findingsOf(survey: Survey, contents: Contents, ignore: Ignored): Finding[] {
  const { expected, tree } = survey;
  const unreadable = new Map(survey.unreadable);
  const missing = new Set(survey.missing);
  for (const [key, reason] of contents.problems) {
    if (!expected.has(key)) continue;
    if (reason === 'ENOENT') missing.add(key);
    else unreadable.set(key, reason);
  }
  const findings = renames(survey, contents, ignore);
  const renamed = new Set(findings.flatMap((each) => (each.type === 'renamed' ? [keyOf(each), keyOf(each.to)] : [])));
  for (const key of missing) {
    if (renamed.has(key)) continue;
    findings.push({ ...pathOf(key), type: 'missing', expected: expected.get(key) as ManifestEntry });
  }
  for (const key of survey.extra) {
    if (renamed.has(key)) continue;
    findings.push({ ...pathOf(key), type: 'extra', actual: actualOf(tree.entries.get(key) as FoundEntry, contents) });
  }
  for (const [key, reason] of unreadable) findings.push({ ...pathOf(key), type: 'unreadable', reason });
  for (const [key, entry] of expected) {
    const found = tree.entries.get(key);
    if (found === undefined || contents.problems.has(key)) continue;
    const actual = actualOf(found, contents);
    const changes = changesBetween(entry, actual, ignore);
    if (changes.length > 0) findings.push({ ...pathOf(key), type: 'changed', changes, expected: entry, actual });
  }
  return findings.sort((a, b) => compareKeys(keyOf(a), keyOf(b)));
}

function actualOf(found: FoundEntry, { read }: Contents): ManifestEntry {
  const content: Content | undefined = read.get(found.key);
  return content === undefined ? entryOf(found) : entryOf(content.found, content.digest.toString());
}

/** What of an entry differs from what the manifest says of it. */
function changesBetween(expected: ManifestEntry, actual: ManifestEntry, ignore: Ignored): Change[] {
  if (expected.kind !== actual.kind) return ['kind'];
  const differs = (name: 'size' | 'digest' | 'mode' | 'mtimeNs'): boolean =>
    expected[name] !== undefined && actual[name] !== undefined && expected[name] !== actual[name];
  const changes: Change[] = [];
  if (differs('size') || differs('digest')) changes.push('content');
  if (differs('size')) changes.push('size');
  if (!ignore.includes('mode') && differs('mode')) changes.push('mode');
  if (!ignore.includes('mtime') && differs('mtimeNs')) changes.push('mtime');
  if (targetBytes(expected) !== targetBytes(actual)) changes.push('target');
  return changes;
}

function targetBytes({ target = '', targetBase64 }: ManifestEntry): string {
  return targetBase64 === undefined ? target : `base64:${targetBase64}`;
}

/** Files of these sizes may be missing ones under another name. */
export function renameCandidates({ expected, missing, extra, tree }: Survey): FoundEntry[] {
  const sizes = new Set(missing.map((key) => expected.get(key)?.size ?? 0));
  return extra.flatMap((key) => {
    const found = tree.entries.get(key);
    // All empty files are equal: that says nothing.
    const mayBe = found?.kind === 'file' && found.state.size > 0n && sizes.has(Number(found.state.size));
    return mayBe ? [found] : [];
  });
}

/** Where one file is missing and one extra file has its content. Where there are several, nobody knows which is which. */
function renames({ expected, missing, extra }: Survey, { read }: Contents, ignore: Ignored): Finding[] {
  const groups = new Map<string, { gone: PathKey[]; come: PathKey[] }>();
  const groupOf = (digest: string): { gone: PathKey[]; come: PathKey[] } => {
    const group = groups.get(digest) ?? { gone: [], come: [] };
    groups.set(digest, group);
    return group;
  };
  for (const key of extra) {
    const content = read.get(key);
    if (content !== undefined) groupOf(content.digest.toString()).come.push(key);
  }
  for (const key of missing) {
    const digest = expected.get(key)?.digest;
    if (digest !== undefined && groups.has(digest)) groupOf(digest).gone.push(key);
  }
  const findings: Finding[] = [];
  for (const { gone, come } of groups.values()) {
    const [from, to] = [gone[0], come[0]];
    if (gone.length !== 1 || come.length !== 1 || from === undefined || to === undefined) continue;
    const [entry, content] = [expected.get(from) as ManifestEntry, read.get(to) as Content];
    const actual = entryOf(content.found, content.digest.toString());
    const changes = changesBetween(entry, actual, ignore);
    findings.push({ ...pathOf(from), type: 'renamed', to: pathOf(to), changes, expected: entry, actual });
  }
  return findings;
}
