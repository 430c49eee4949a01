import { pathText, type ConfigProblem } from './problems.ts';
import type { ScheduledJobs } from './schedule.ts';
import type { TenantConfigs } from './tenants.ts';

/** What of a valid configuration has URLs of databases. */
interface WithDatabases {
  readonly sources?: { readonly databases?: readonly string[] | undefined } | undefined;
  readonly tenants?: TenantConfigs | undefined;
  readonly schedule?: { readonly jobs?: ScheduledJobs | undefined } | undefined;
  readonly migrate?: { readonly database?: string | undefined } | undefined;
}

/** Whether a URL of a database has a password in it, where everybody on the machine can see it. */
export const hasPassword = ({ password, searchParams }: URL): boolean =>
  password !== '' || searchParams.has('password');

/** Passwords in URLs of databases of a configuration that is valid otherwise. What they are is not repeated. */
export function urlPasswordProblems(content: unknown): readonly ConfigProblem[] {
  const { sources, tenants = {}, schedule, migrate } = content as WithDatabases;
  const lists: (readonly [readonly PropertyKey[], readonly string[]])[] = [
    [['sources', 'databases'], sources?.databases ?? []],
  ];
  for (const [tenant, { modules = {} }] of Object.entries(tenants))
    for (const [module, { sources: urls = [] }] of Object.entries(modules))
      lists.push([['tenants', tenant, 'modules', module, 'sources'], urls]);
  for (const [job, { run }] of Object.entries(schedule?.jobs ?? {}))
    for (const [index, words] of run.entries()) lists.push([['schedule', 'jobs', job, 'run', index], words]);
  const found = lists.flatMap(([list, urls]) => urls.flatMap((url, index) => (isOpen(url) ? [[...list, index]] : [])));
  if (isOpen(migrate?.database ?? '')) found.push(['migrate', 'database']);
  return found.map((parts) => ({
    path: pathText(parts),
    parts,
    message: `Expected no secret in the configuration, got a password in the URL at ${pathText(parts)}`,
    hint: 'Put it into the environment, and name the variable with ?password-env=NAME.',
  }));
}

/** Whether a source, with a name or without, has a password that everybody can see. */
function isOpen(source: string): boolean {
  const url = URL.parse(source.replace(/^[^=:?]+=/, ''));
  return url !== null && hasPassword(url);
}
