import type { UrlParts } from './connection-url.ts';

/** A place without secrets and users, as every restore into it names it. */
export function placeName(
  scheme: string,
  { host, port, through }: Pick<UrlParts, 'host' | 'port'> & { readonly through?: string | undefined },
  path?: string,
): string {
  const near = host === undefined || host === '' ? 'localhost' : host;
  // The same name of a host is another server in a container or behind ssh.
  const where = through === undefined || through === 'local' ? near : `(${through})${near}`;
  return `${scheme}://${where}${port === undefined ? '' : `:${port}`}${path === undefined ? '' : `/${path}`}`;
}
