import { VersioningError } from '../errors.ts';
import { allSaid } from './git-failure.ts';
import { type GitAnswer, type GitOptions, runGit } from './run-git.ts';

/** Whether to sign, and with which key. How (`gpg.format`: OpenPGP, X.509 or ssh) and the usual key are git's settings. */
export type SignOption = boolean | { readonly key: string };

/** With what something is to be signed: a key, or the usual one (`user.signingKey`). */
export interface Signing {
  /** Name of a key, or a path of one of ssh; never a secret. */
  readonly key?: string | undefined;
}

/** What is said of `sign`, or else what git is set to do. None for no signature. @throws {VersioningError} `GIT_FAILED`. */
export async function planSigning(
  sign: SignOption | undefined,
  setting: 'tag.gpgSign' | 'commit.gpgSign',
  options: GitOptions,
): Promise<Signing | undefined> {
  if (typeof sign === 'object') return { key: sign.key };
  const args = ['config', '--type=bool', '--default=false', '--get', setting];
  const isSigned = sign ?? (await runGit(args, options)).trim() === 'true';
  return isSigned ? {} : undefined;
}

/** The error of a git that ended without the signature that was planned; none where signing was not what failed. */
export function signingFailure({ code, complaints }: GitAnswer): VersioningError | undefined {
  const isOther =
    /\.lock': File exists/.test(complaints) || !/\bsign|cannot run|load (?:public )?key|passphrase/i.test(complaints);
  if (code !== 0 && isOther) return undefined;
  const said = allSaid(complaints) || 'no signature';
  return new VersioningError('SIGNING_FAILED', `Expected git to sign, got: ${said}`, {
    hint:
      'Check `git config user.signingKey` and `gpg.format`. Nobody is asked for a passphrase: an agent (gpg-agent, ssh-agent) ' +
      'has to know the key.',
  });
}
