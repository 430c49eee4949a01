import type { Repository, RetentionOptions } from '@x/backup-store';
import type { RetentionPolicy } from '@x/retention';
import type { Context } from '../program/context.ts';
import { hasPolicy, type KeepFlags } from './keep-options.ts';
import { policiesFor } from './policies.ts';
import { groupingOf } from './retention.ts';

/**
 * What the catalog's dates go by: the policies of the flags; without any, those of tenants, and `retention.default` for tenants without
 * one. A name may mean another policy for each tenant.
 *
 * @throws {RetentionError}, {CliError} for what is no policy.
 */
export async function catalogRetention(
  context: Context,
  repository: Repository,
  flags: KeepFlags,
): Promise<RetentionOptions> {
  const { settings } = await context.effective();
  const { 'retention.timeZone': timeZone, 'retention.default': named } = settings;
  const common = { timeZone, groupBy: groupingOf(flags.groupBy), compat: flags.compat };
  if (hasPolicy(flags)) return { ...common, policies: await byTenant(context, repository, flags) };
  if (named === undefined) return common;
  return { ...common, defaults: await byTenant(context, repository, { policy: [named] }) };
}

async function byTenant(
  context: Context,
  repository: Repository,
  flags: KeepFlags,
): Promise<(tenant: string) => readonly RetentionPolicy[]> {
  // Of all others, and so that what is no policy is refused where there is no tenant, too.
  const others = await policiesFor(context, flags, '');
  const own = new Map<string, readonly RetentionPolicy[]>();
  for (const { name } of await repository.tenants.list()) own.set(name, await policiesFor(context, flags, name));
  return (tenant) => own.get(tenant) ?? others;
}
