import { VersioningError } from '../errors.ts';
import { allSaid } from './git-failure.ts';
import { askGit, type GitAnswer, type GitOptions } from './run-git.ts';

/** What git, curl and ssh say when they were not let in. */
const DENIED =
  /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied|returned error: 40[13]|access denied|not permitted|not allowed to push|Repository not found|Host key verification failed/i;

/** What they say when nobody was there, or went away. */
const UNREACHABLE =
  /Could not resolve|Failed to connect|Couldn't connect|Connection (?:refused|timed out|reset|closed)|timed out|Network is unreachable|No route to host|unable to access|returned error: 5\d\d|early EOF|hung up unexpectedly|does not appear to be a git repository|Could not read from remote repository/i;

/** Runs a git that talks to a remote. @throws {VersioningError} `GIT_NOT_FOUND`; the reason of the signal. */
export async function askRemote(args: readonly string[], options: GitOptions): Promise<GitAnswer> {
  return askGit(args, { ...options, environment: await sshEnvironment(options) });
}

/**
 * Keeps ssh from asking on the terminal, where git uses it as it comes. Agents work; what users have set to answer
 * for them, or in the place of ssh, is left as it is.
 */
async function sshEnvironment(options: GitOptions): Promise<Record<string, string>> {
  const isSet = ['GIT_SSH_COMMAND', 'GIT_SSH', 'SSH_ASKPASS'].some((name) => process.env[name] !== undefined);
  if (isSet || (await askGit(['config', '--get', 'core.sshCommand'], options)).code === 0) return {};
  return { GIT_SSH_COMMAND: 'ssh -oBatchMode=yes' };
}

/** The error of a remote that could not be spoken to; none where that was not what failed. */
export function remoteFailure(remote: string, complaints: string): VersioningError | undefined {
  const said = allSaid(complaints);
  if (DENIED.test(complaints)) {
    return new VersioningError('PUSH_REJECTED', `Expected ${remote} to let git in, got: ${said}`, {
      hint: 'Check the rights of the account, and that a credential helper, a token or an ssh agent answers: nobody is asked.',
    });
  }
  if (!UNREACHABLE.test(complaints)) return undefined;
  return new VersioningError('REMOTE_UNREACHABLE', `Expected ${remote} to answer, got: ${said}`, {
    hint: `Check the network and \`git remote get-url ${remote}\`, then go on: what is there already is not pushed again.`,
  });
}
