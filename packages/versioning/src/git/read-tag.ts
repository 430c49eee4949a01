import { type GitIdentity, parseIdentity } from './identity.ts';
import { headerOf, parseObjectText, signatureStart } from './object-text.ts';
import { refOf } from './ref-name.ts';
import { askGit, type GitOptions, runGit } from './run-git.ts';

/** A tag of any kind, as it is stored. */
export interface StoredTag {
  /** Id of the tag itself; of the commit, where the tag is a lightweight one. */
  readonly object: string;
  /** Whether it is an object of its own, with a message, rather than another name of a commit. */
  readonly isAnnotated: boolean;
  /** The commit that it leads to; none where it leads to a file or folder. */
  readonly commit?: string | undefined;
  /** The name that stands in the object, which its signature covers. */
  readonly writtenName?: string | undefined;
  readonly tagger?: GitIdentity | undefined;
  /** Without the signature; nothing for a lightweight tag. */
  readonly message: string;
  readonly isSigned: boolean;
}

/** Reads a tag; none where there is no such tag. @throws {VersioningError} `INVALID_OPTION`, `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function readTag(name: string, options: GitOptions): Promise<StoredTag | undefined> {
  const ref = refOf('tag', name);
  const fields = ['%(objectname)', '%(objecttype)', '%(refname)', '%(*objectname)', '%(*objecttype)'];
  const line = await runGit(['for-each-ref', `--format=${fields.join(' ')}`, ref], options);
  const [object = '', type = '', found = '', inner = '', innerType = ''] = line.trim().split(' ');
  if (found !== ref) return undefined;
  const [commit, text] = await Promise.all([
    // Tags of tags are rare.
    type === 'commit' ? object : innerType === 'commit' ? inner : peeled(object, options),
    type === 'tag' ? runGit(['cat-file', 'tag', object], options) : undefined,
  ]);
  if (text === undefined) return { object, isAnnotated: false, commit, message: '', isSigned: false };
  const stored = parseObjectText(text);
  const signature = signatureStart(stored.body);
  return {
    object,
    isAnnotated: true,
    commit,
    writtenName: headerOf(stored, 'tag'),
    tagger: parseIdentity(headerOf(stored, 'tagger') ?? ''),
    message: stored.body.slice(0, signature),
    isSigned: signature !== undefined,
  };
}

/** The commit that an object leads to, or a name; none where it leads to something else or nowhere. */
export async function peeled(name: string, options: GitOptions): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const { code, output } = await askGit(args, options);
  // Older ones print the end of options, too.
  return code === 0 ? output.trim().split('\n').at(-1) : undefined;
}
