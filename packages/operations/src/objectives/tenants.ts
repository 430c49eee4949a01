import type { TenantInfo } from '@x/backup-store';
import type { DrillSnapshot } from '../drills/contract.ts';
import type { JudgedTenant } from './contract.ts';

/** The tenant that every repository begins with. */
const FIRST = 'default';

/**
 * The tenants of a repository that something is promised to: `judgedTenants(await repository.tenants.list(), { snapshots, critical })`. Those that were
 * erased are none. Nor is `default`, which every repository begins with, where others are used and it never was.
 *
 * @param known `critical`: names, with those that are not; a tenant that is named there is always judged.
 */
export function judgedTenants(
  tenants: readonly Pick<TenantInfo, 'name' | 'status' | 'createdAt'>[],
  known: {
    readonly snapshots: readonly Pick<DrillSnapshot, 'tenant'>[];
    readonly critical?: Readonly<Record<string, boolean>> | undefined;
  },
): readonly JudgedTenant[] {
  const { snapshots, critical = {} } = known;
  const there = tenants.filter(({ status }) => status === 'active' || status === 'held');
  const isUsed = (name: string): boolean =>
    Object.hasOwn(critical, name) || snapshots.some(({ tenant }) => tenant === name);
  return there
    .filter(({ name }) => name !== FIRST || there.length === 1 || isUsed(name))
    .map(({ name, createdAt }) => ({
      name,
      critical: Object.hasOwn(critical, name) && critical[name] === true,
      createdMs: Date.parse(createdAt),
    }));
}
