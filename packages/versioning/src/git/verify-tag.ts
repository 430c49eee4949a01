import { shown, VersioningError } from '../errors.ts';
import { readTag, type StoredTag } from './read-tag.ts';
import { askGit, type GitAnswer, type GitOptions } from './run-git.ts';
import { readSignatureAnswer, type TagSignature } from './tag-signature.ts';

/** Options of {@link verifyTag}. */
export interface VerifyTagOptions extends GitOptions {
  readonly name: string;
  /** Hash of the commit that it should stand on. */
  readonly commit?: string | undefined;
}

/** What a tag is, and whether to believe it. */
export interface VerifiedTag extends StoredTag {
  readonly name: string;
  /** Whether it stands on the expected commit; `true` where none was named. */
  readonly isOnCommit: boolean;
  readonly signature: TagSignature;
}

/**
 * Reads a tag of this repository, and has git check its signature with the keys that git is set to trust.
 *
 * A signature covers the name, so that a signed tag under another name is `invalid`. What can't be checked is `unchecked`.
 *
 * @throws {VersioningError} `TAG_NOT_FOUND`; `INVALID_OPTION` for a name that is none; `GIT_NOT_FOUND`, `GIT_FAILED`.
 * @example
 * ```ts
 * import { verifyTag } from '@x/versioning';
 *
 * const { commit, signature } = await verifyTag({ folder: '.', name: 'v1.2.3' });
 * console.log(commit, signature.status, signature.reason);
 * ```
 */
export async function verifyTag(options: VerifyTagOptions): Promise<VerifiedTag> {
  const { name, commit } = options;
  const tag = await readTag(name, options);
  if (tag === undefined) {
    throw new VersioningError('TAG_NOT_FOUND', `Expected a tag ${name}, got none`, {
      hint: 'Fetch it with `git fetch --tags`, or see which there are with `git tag --list`.',
    });
  }
  const isOnCommit = commit === undefined || tag.commit === commit;
  return { ...tag, name, isOnCommit, signature: await checkSignature(name, tag, options) };
}

/** Lost races before an answer is taken as it is. */
const ATTEMPTS = 10;

/** ssh-keygen may end over noise before git has written to it, which ends git without a word: then it is asked again. */
async function askSignature(object: string, options: GitOptions): Promise<GitAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await askGit(['verify-tag', '--raw', '--', object], options);
    const hasAnswered = answer.code === 0 || answer.complaints.trim() !== '';
    if (hasAnswered || attempt >= ATTEMPTS) return answer;
  }
}

async function checkSignature(name: string, tag: StoredTag, options: GitOptions): Promise<TagSignature> {
  if (!tag.isSigned) return { status: 'absent', reason: 'It has no signature.' };
  if (tag.writtenName !== name) {
    return { status: 'invalid', reason: `It was signed as ${shown(tag.writtenName)}, not as ${shown(name)}.` };
  }
  // The very object that was read, whatever the name means by now.
  return readSignatureAnswer(await askSignature(tag.object, options));
}
