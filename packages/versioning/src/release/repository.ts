import { VersioningError } from '../errors.ts';
import type { Checkout } from '../git/checkout.ts';
import { withoutCredentials } from '../git/without-credentials.ts';
import type { KnownWorkspace } from './workspace.ts';

/** The address of a repository for people: what the workspace says, or that of its remote as a web page. Never with credentials. @throws {VersioningError} `INVALID_OPTION`. */
export function repositoryOf(
  { repository, remote = 'origin' }: Pick<KnownWorkspace, 'repository' | 'remote'>,
  { remotes }: Pick<Checkout, 'remotes'>,
): string | undefined {
  if (repository !== undefined) return checkedAddress(repository);
  const url = (remotes.find(({ name }) => name === remote) ?? remotes[0])?.url;
  return url === undefined ? undefined : webAddress(url);
}

/** @throws {VersioningError} `INVALID_OPTION`, without the address, for one with a user, a password or a query: it would be in every release. */
function checkedAddress(address: string): string {
  if (withoutCredentials(address) === address) return address;
  throw new VersioningError(
    'INVALID_OPTION',
    'Expected the address of a repository, got one with credentials or a query',
    {
      hint: 'Give the address that people open, as https://github.com/acme/tools.',
    },
  );
}

/** `git@github.com:acme/tools.git` and `ssh://git@github.com/acme/tools` are pages, too; folders are not. */
function webAddress(url: string): string | undefined {
  const [, host, path] = /^(?:ssh:\/\/)?(?:[^@/\s]+@)?([^/:\s]+\.[^/:\s]+)(?::\d+)?[/:]([^\s]+)$/.exec(url) ?? [];
  const address = /^https?:\/\//.test(url) ? url : host === undefined ? undefined : `https://${host}/${path ?? ''}`;
  return address?.replace(/(?:\.git)?\/*$/, '');
}
