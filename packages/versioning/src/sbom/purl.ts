const keep = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');

/** What tells a package from the registry's of the same name and version. */
export type PurlQualifiers = Readonly<Partial<Record<'vcs_url' | 'download_url' | 'repository_url', string>>>;

/**
 * The Package URL of an npm package (ECMA-427): the scope is the namespace, everything but letters, digits, `.`, `-`, `_`, `~` and
 * `:` is percent-encoded, and qualifiers stand in the order of their names.
 *
 * Capital letters stay: old packages such as `JSONStream` have another beside them that differs in nothing else.
 */
export function npmPurl(name: string, version?: string, qualifiers: PurlQualifiers = {}): string {
  const path = name.split('/').map(keep).join('/');
  const query = Object.entries(qualifiers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${keep(value)}`)
    .join('&');
  return `pkg:npm/${path}${version === undefined ? '' : `@${keep(version)}`}${query === '' ? '' : `?${query}`}`;
}
