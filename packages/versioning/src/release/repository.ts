import type { Checkout } from '../git/checkout.ts';
import type { KnownWorkspace } from './workspace.ts';

/** The address of a repository for people: what the workspace says, or that of its remote as a web page. Never with credentials. */
export function repositoryOf(
  { repository, remote = 'origin' }: Pick<KnownWorkspace, 'repository' | 'remote'>,
  { remotes }: Pick<Checkout, 'remotes'>,
): string | undefined {
  if (repository !== undefined) return repository;
  const url = (remotes.find(({ name }) => name === remote) ?? remotes[0])?.url;
  return url === undefined ? undefined : webAddress(url);
}

/** `git@github.com:acme/tools.git` and `ssh://git@github.com/acme/tools` are pages, too; folders are not. */
function webAddress(url: string): string | undefined {
  const [, host, path] = /^(?:ssh:\/\/)?(?:[^@/\s]+@)?([^/:\s]+\.[^/:\s]+)(?::\d+)?[/:]([^\s]+)$/.exec(url) ?? [];
  const address = /^https?:\/\//.test(url) ? url : host === undefined ? undefined : `https://${host}/${path ?? ''}`;
  return address?.replace(/(?:\.git)?\/*$/, '');
}
