import { CommitParser } from 'conventional-commits-parser';
import { type MessageParts, messageParts } from './message-parts.ts';
import type { IssueReference, ParsedCommit, RevertTarget } from './parsed-commit.ts';

/** Types in any language; `!` says that something breaks (item 13). */
const HEADER = /^([\p{L}\p{N}_-]+)(?:\(([^()\n]*)\))?(!?): (.+)$/u;
/** Knows how issues are named; the rest of a message is taken apart here. */
const parser = new CommitParser();

/** An item of a squashed body, as GitHub and GitLab write it. */
const ITEM = /^[*-] (?=\S)/;
/** Longer messages are cut: nobody wrote them. */
const MOST_CHARACTERS = 1_000_000;

/**
 * Takes a commit message apart by Conventional Commits 1.0.0. Any text is a message: one that is not conventional has no `type`.
 *
 * Footers end where the next one begins, so that a note never contains `Co-authored-by`; `BREAKING CHANGE` in the middle of prose is
 * prose; the items of a squashed body are messages of their own, in `squashed`.
 *
 * @example
 * ```ts
 * import { parseCommit } from '@x/versioning';
 *
 * const { type, scope, subject, isBreaking } = parseCommit('feat(api)!: drop v1\n\nBREAKING CHANGE: use v2');
 * console.log(type, scope, subject, isBreaking); // feat api drop v1 true
 * ```
 */
export function parseCommit(message: string): ParsedCommit {
  return withReferences(takeApart(message), message);
}

/** A message without the issues it names: finding these takes longer than all the rest, and of a long history few are asked for. */
export type CommitParts = Omit<ParsedCommit, 'references'>;

/** Everything but the issues. */
export function takeApart(message: string): CommitParts {
  const parts = messageParts(message.slice(0, MOST_CHARACTERS));
  const { header, body, breakingNotes, trailers } = parts;
  const [, written, scope, mark, subject] = HEADER.exec(header) ?? [];
  const type = written?.toLowerCase();
  const items = squashedItems(body).map((item) => withReferences(takeApart(item), item));
  return {
    header,
    type,
    scope: scope?.trim() || undefined,
    subject: subject ?? header,
    body,
    trailers,
    isBreaking: mark === '!' || breakingNotes.length > 0,
    breakingNotes,
    reverts: revertOf(parts, { type, subject }),
    // What the items say, they say themselves.
    squashed: items.filter((each) => plainHeader(each.header) !== plainHeader(header)),
  };
}

/** Finds the issues as well. */
export function withReferences(parts: CommitParts, message: string): ParsedCommit {
  return { ...parts, references: referencesOf(message.slice(0, MOST_CHARACTERS)) };
}

/** Forges add the number of the pull request to the header of a squash. */
const plainHeader = (header: string): string => header.replace(/ \((?:#|!)\d+\)$/, '');

function referencesOf(message: string): readonly IssueReference[] {
  // The parser refuses what is blank.
  if (message.trim() === '') return [];
  return parser.parse(message).references.map(({ action, owner, repository, issue }) => ({
    action: action?.toLowerCase() ?? undefined,
    repository: [owner, repository].filter(Boolean).join('/') || undefined,
    issue,
  }));
}

/** `git revert` writes a sentence; Conventional Commits recommends a type and footers with hashes. */
function revertOf(
  { header, body = '', trailers }: MessageParts,
  { type, subject }: { readonly type: string | undefined; readonly subject: string | undefined },
): RevertTarget | undefined {
  const quoted = /^(?:revert: )?Revert "(.*)"$/i.exec(header)?.[1] ?? reappliedIn(header);
  const hashes = [...body.matchAll(/\bThis reverts commit ([0-9a-f]{7,64})\b/gi)].map(([, hash = '']) => hash);
  const named = trailers
    .filter(({ token }) => /^(?:refs?|reverts)$/i.test(token))
    .flatMap(({ value }) => value.match(/\b[0-9a-f]{7,64}\b/gi) ?? []);
  if (quoted !== undefined) return { hashes: [...hashes, ...named].map((hash) => hash.toLowerCase()), header: quoted };
  if (type === 'revert') return { hashes: [...hashes, ...named].map((hash) => hash.toLowerCase()), header: subject };
  return undefined;
}

/** git's word for the revert of a revert; what it takes back is that one. */
function reappliedIn(header: string): string | undefined {
  const [, reapplied] = /^Reapply "(.*)"$/.exec(header) ?? [];
  return reapplied === undefined ? undefined : `Revert "${reapplied}"`;
}

/** Items that begin with a conventional header, each with the lines below it. Fewer than two lines of that kind are a list like any other. */
function squashedItems(body: string | undefined): readonly string[] {
  if (body === undefined) return [];
  const items: string[][] = [];
  for (const line of body.split('\n')) {
    // GitHub ends the list with a rule.
    if (/^-{3,}$/.test(line.trim())) break;
    if (ITEM.test(line)) items.push([line.replace(ITEM, '')]);
    else items.at(-1)?.push(line.replace(/^ {2}/, ''));
  }
  const conventional = items.filter(([first = '']) => HEADER.test(first));
  return conventional.map((lines) => lines.join('\n'));
}
