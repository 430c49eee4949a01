import type { ConfigProblem } from './problems.ts';
import type { TenantConfigs } from './tenants.ts';

/** What of a valid configuration has URLs of databases. */
interface WithDatabases {
  readonly sources?: { readonly databases?: readonly string[] | undefined } | undefined;
  readonly tenants?: TenantConfigs | undefined;
  readonly deploy?: { readonly migrations?: { readonly database?: string | undefined } | undefined } | undefined;
}

function hasPassword(source: string): boolean {
  const url = URL.parse(source.replace(/^[^=:?]+=/, ''));
  return url !== null && (url.password !== '' || url.searchParams.has('password'));
}

/** Passwords in URLs of databases of a configuration that is valid otherwise. What they are is not repeated. */
export function urlPasswordProblems(content: unknown): readonly ConfigProblem[] {
  const { sources, tenants = {}, deploy } = content as WithDatabases;
  const urls: (readonly [path: string, url: string])[] = (sources?.databases ?? []).map((url, index) => [
    `sources.databases[${index}]`,
    url,
  ]);
  for (const [tenant, { modules = {} }] of Object.entries(tenants))
    for (const [module, { sources: own = [] }] of Object.entries(modules))
      for (const [index, url] of own.entries()) urls.push([`tenants.${tenant}.modules.${module}.sources[${index}]`, url]);
  const database = deploy?.migrations?.database;
  if (database !== undefined) urls.push(['deploy.migrations.database', database]);
  return urls
    .filter(([, url]) => hasPassword(url))
    .map(([path]) => ({
      path,
      message: `Expected no secret in the configuration, got a password in the URL at ${path}`,
      hint: 'Put it into the environment, and name the variable with ?password-env=NAME.',
    }));
}
