import { npmPurl, type PurlQualifiers } from './purl.ts';

/** Where a package comes from, as its purl and its entry in an SBOM say it. */
export interface Origin {
  readonly id: string;
  readonly purl: string;
  readonly resolved?: string | undefined;
}

const REGISTRIES = new Set(['registry.npmjs.org', 'registry.yarnpkg.com']);

/** A URL without user and password, but for the user of ssh, who is the same for all (`git`). */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)([^/#?]*)@/i, (_, scheme: string, user: string) =>
    /ssh/i.test(scheme) && !user.includes(':') ? `${scheme}${user}@` : scheme,
  );
}

/** `git+https://host/path.git@commit`, as purls and SPDX write it; npm and yarn write `#commit` or `#commit=…`. */
function gitLocation(url: string): string {
  // `git@host:path` is how ssh writes it.
  const whole = url.replace(/^(\w+@[^:/]+):(?!\/)/, 'git+ssh://$1/');
  const [place = '', commit = ''] = withoutCredentials(whole).split('#', 2);
  const scheme = /^git[+:]/.test(place) ? place : `git+${place}`;
  return commit === '' ? scheme : `${scheme}@${commit.replace(/^.*commit=/, '').replace(/&.*$/, '')}`;
}

const isGit = (url: string): boolean =>
  /^git[+:@]/.test(url) || url.startsWith('ssh:') || /\.git(#|$)/.test(url) || /#commit=/.test(url);

/** The base of the registry whose form an archive's URL has: `BASE/@scope/name/-/name-1.2.3.tgz`. */
function registryOf(url: string, name: string, version: string): string | undefined {
  const end = `/-/${name.slice(name.lastIndexOf('/') + 1)}-${version}.tgz`;
  const [path = ''] = url.split(/[?#]/, 1);
  if (!path.endsWith(end)) return undefined;
  const before = path.slice(0, -end.length);
  const suffix = [`/${name}`, `/${name.replace('/', '%2f')}`, `/${name.replace('/', '%2F')}`].find((tail) =>
    before.endsWith(tail),
  );
  return suffix === undefined ? undefined : before.slice(0, -suffix.length);
}

/**
 * Reads where a package comes from.
 *
 * The public registry adds nothing to a purl; another one adds `repository_url`, any other archive `download_url`, and git
 * `vcs_url` with the commit.
 */
export function originOf(name: string, version: string | undefined, resolved: string | undefined): Origin {
  const of = (qualifiers: PurlQualifiers, place?: string): Origin => {
    const purl = npmPurl(name, version, qualifiers);
    return { id: purl, purl, resolved: place };
  };
  if (resolved === undefined) return of({});
  if (/^(?:file|link|portal):/.test(resolved)) {
    // Yarn berry writes the path twice: `file:./a#./a::hash=…`.
    const path = resolved
      .replace(/#.*$/s, '')
      .slice(resolved.indexOf(':') + 1)
      .replace(/^\.\//, '');
    return { id: `file:${path}`, purl: npmPurl(name, version) };
  }
  if (isGit(resolved)) {
    const place = gitLocation(resolved);
    return of({ vcs_url: place }, place);
  }
  const [place = ''] = withoutCredentials(resolved).split('#', 1);
  const registry = version === undefined ? undefined : registryOf(place, name, version);
  if (registry === undefined) return of({ download_url: place }, place);
  const isPublic = REGISTRIES.has(URL.canParse(registry) ? new URL(registry).host : '');
  return of(isPublic ? {} : { repository_url: registry }, place);
}
