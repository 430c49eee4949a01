import type { UrlParts } from './connection-url.ts';

/** A place without secrets and users, as every restore into it names it. */
export function placeName(scheme: string, { host, port }: Pick<UrlParts, 'host' | 'port'>, path?: string): string {
  const where = host === undefined || host === '' ? 'localhost' : host;
  return `${scheme}://${where}${port === undefined ? '' : `:${port}`}${path === undefined ? '' : `/${path}`}`;
}
