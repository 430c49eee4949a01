import type { TenantInfo } from '@x/backup-store';
import type { DrillSnapshot } from '../drills/contract.ts';
import type { JudgedTenant } from './contract.ts';

/** The tenant that every repository begins with. */
const FIRST = 'default';

/**
 * The tenants of a repository that something is promised to: `judgedTenants(await repository.tenants.list(), { snapshots, critical })`. Those that were
 * erased are none. Nor is `default`, which every repository begins with, where others are used and it never was.
 *
 * @param known `critical`: names, with those that are not. One that is named there is always judged, also when the repository has nothing of it:
 * somebody has promised something, and it was never backed up.
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
  const isKnown = new Set(tenants.map(({ name }) => name));
  const missing = Object.keys(critical).filter((name) => !isKnown.has(name));
  const used = there
    .filter(({ name }) => name !== FIRST || there.length === 1 || isUsed(name))
    .map(({ name, createdAt }) => ({
      name,
      critical: Object.hasOwn(critical, name) && critical[name] === true,
      createdMs: Date.parse(createdAt),
    }));
  return [...used, ...missing.map((name) => ({ name, critical: critical[name] === true }))];
}
