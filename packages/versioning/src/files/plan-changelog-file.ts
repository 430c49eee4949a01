import type { ReleaseNotes } from '../changelog/changelog.ts';
import { formatChangelog, type FormatChangelogOptions } from '../changelog/format-changelog.ts';
import { VersioningError } from '../errors.ts';
import { parseVersion } from '../version/parse-version.ts';
import { type ChangelogBody, formatBody, hasBody, isEmptyBody, mergeBodies, readBody } from './changelog-body.ts';
import { planLinks, tagOf } from './changelog-links.ts';
import { bodyOf, type ChangelogOutline, outlineOf } from './changelog-outline.ts';
import { generateSection, type GeneratedSection, type NamedRelease } from './changelog-section.ts';
import { applyLineEdits, joinParts } from './line-edits.ts';
import { trimLines } from './text-lines.ts';
import { versionIn } from './version-heading.ts';

/** Options of {@link planChangelogFile}. */
export interface PlanChangelogFileOptions extends FormatChangelogOptions {
  /** Versions before, newest first, as `readChangelog` gives them: what a new file begins with, and where links lead. */
  readonly history?: readonly ReleaseNotes[] | undefined;
}

const MARK = '\uFEFF';

/**
 * The text of a changelog with one more version.
 *
 * A file that is there keeps what people wrote: the version is inserted above the newest one, in the form that headings have there, and what
 * stands under "Unreleased" moves into it, above what was generated and without saying anything twice. Links of versions are kept up where there are
 * any. Without a file, the text has the whole `history`. Code, comments and lists hold no headings; line ends and a byte order mark stay.
 *
 * Planning again gives the same text: what a process that was killed has written is left as it is.
 *
 * @param text The file as it is; `undefined`: there is none.
 * @param release What is released. Without a `tag`, links lead to one that is named as those before.
 * @throws {VersioningError} `CHANGELOG_CONFLICT` when the version is there with other words; `INVALID_VERSION`, `INVALID_OPTION` when the release has no
 * version, or a template does not begin with its heading or hides what is below.
 * @example
 * ```ts
 * import { planChangelogFile, readChangelog } from '@x/versioning';
 *
 * const text = '# Changelog\n\n## [Unreleased]\n\n- By hand.\n';
 * const [unreleased, ...history] = await readChangelog({ folder: '.' });
 * if (unreleased !== undefined) {
 *   const release = { ...unreleased, version: '1.3.0', dateMs: Date.UTC(2026, 0, 31) };
 *   console.log(planChangelogFile(text, release, { history }));
 * }
 * ```
 */
export function planChangelogFile(
  text: string | undefined,
  release: ReleaseNotes,
  options: PlanChangelogFileOptions = {},
): string {
  const { history = [] } = options;
  const mark = text?.startsWith(MARK) === true ? MARK : '';
  const plain = text?.slice(mark.length) ?? '';
  const outline = plain.trim() === '' ? undefined : outlineOf(plain);
  const named = nameRelease(release, outline, history);
  if (text === undefined || outline === undefined) {
    const before = history.filter(({ version }) => version !== undefined && version !== named.version);
    return `${mark}${formatChangelog([named, ...before], options)}`;
  }
  const generated = generateSection(named, outline, options);
  if (isThere(named.version, generated, outline)) return text;
  const after = insertSection(generated, outline);
  // Links stand in lines that the section does not touch.
  const linked = outlineOf(after);
  const label = labelOf(generated, named.version);
  const edits = planLinks(linked, named, { repository: options.repository, history, label });
  const result = applyLineEdits(linked.lines, edits, linked.lineEnd);
  if (outlineOf(result).versions.length !== outline.versions.length + 1) throw hidesOthers(named.version);
  return `${mark}${result}`;
}

function nameRelease(
  release: ReleaseNotes,
  outline: ChangelogOutline | undefined,
  history: readonly ReleaseNotes[],
): NamedRelease {
  const { version } = release;
  if (version === undefined) {
    throw new VersioningError('INVALID_OPTION', 'Expected a release with a version, got one without', {
      hint: 'Set `version`, and `dateMs` if it shall have a day.',
    });
  }
  parseVersion(version);
  return { ...release, version, tag: release.tag ?? tagOf(version, outline, history) };
}

/**
 * Whether the version is there just as it would be written.
 *
 * @throws {VersioningError} `CHANGELOG_CONFLICT` when it is there in another way.
 */
function isThere(version: string, generated: GeneratedSection, outline: ChangelogOutline): boolean {
  const there = outline.versions.find(({ found }) => found.version === version);
  if (there === undefined) return false;
  const body = outline.lines.slice(...bodyOf(outline, there));
  const heading = outline.lines.slice(there.line, there.line + there.lines).map((line) => line.trimEnd());
  const isSame =
    isEmptyBody(pendingOf(outline, generated.level)) &&
    heading.join('\n') === generated.heading.join('\n') &&
    (generated.isQuiet ? trimLines(body).length > 0 : hasBody(body, generated.body));
  if (isSame) return true;
  throw new VersioningError(
    'CHANGELOG_CONFLICT',
    `Expected a changelog without ${version}, got one that has it in line ${there.line + 1}`,
    {
      hint: 'Release another version, or move what stands there to "Unreleased".',
    },
  );
}

/** What stands under the heading of what is not released. */
const pendingOf = ({ lines, pending }: ChangelogOutline, level: number): ChangelogBody =>
  readBody(pending === undefined ? [] : lines.slice(...pending), level);

function withGenerated(byHand: ChangelogBody, { body, isQuiet }: GeneratedSection): ChangelogBody {
  return isQuiet && !isEmptyBody(byHand) ? byHand : mergeBodies(byHand, body);
}

function insertSection(generated: GeneratedSection, outline: ChangelogOutline): string {
  const { lines, lineEnd, pending, place } = outline;
  const body = withGenerated(pendingOf(outline, generated.level), generated);
  const heading = generated.heading.map((line) => `${line}${lineEnd}`);
  const section = [...heading, lineEnd, ...formatBody(body, lineEnd)];
  const [start, end] = pending ?? [place, place];
  const below = place >= start ? [lines.slice(end)] : [lines.slice(place, start), lines.slice(end)];
  // Below a list, what is indented would become a part of it; a comment between keeps it out (CommonMark 0.31, 5.3).
  const isIndented = /^\s/.test(trimLines(below[0] ?? [])[0] ?? '');
  const parts = [lines.slice(0, Math.min(place, start)), section, isIndented ? [`<!-- -->${lineEnd}`] : [], ...below];
  return joinParts(parts, lineEnd);
}

/** What stands in brackets is the link; without brackets, links have the plain version. */
function labelOf({ heading }: GeneratedSection, version: string): string {
  const [, label] = /\[([^\]]+)\]/.exec(heading[0] ?? '') ?? [];
  return label !== undefined && versionIn(label, 3)?.version === version ? label : version;
}

function hidesOthers(version: string): VersioningError {
  return new VersioningError(
    'INVALID_OPTION',
    `Expected notes of ${version} that leave other versions as they are, got a template that hides or adds some`,
    {
      hint: 'Close code blocks and comments in the template, and write one version only.',
    },
  );
}
