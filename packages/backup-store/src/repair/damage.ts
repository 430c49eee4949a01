import { commitsPrefix, forgetPrefix, packsPrefix } from '../layout/names.ts';
import type { Finding, IncompleteSnapshot } from '../repository/contract.ts';
import type { OpenTenant } from '../run/context.ts';
import type { PackId } from '../session/epoch-records.ts';

/** What is damaged of a tenant. */
export interface Damage {
  readonly tenant: OpenTenant;
  /** Names of index segments that can't be read. */
  readonly segments: readonly string[];
  /** Ids of snapshots whose commits can't be read. */
  readonly commits: readonly string[];
  /** Names of forget markers that can't be read. */
  readonly markers: readonly string[];
  readonly packs: ReadonlySet<PackId>;
  /** Names of the same packs. */
  readonly objects: readonly string[];
  /** Snapshots that lack something. */
  readonly concerned: readonly IncompleteSnapshot[];
}

/** Findings that lose nothing. */
const HARMLESS: ReadonlySet<string> = new Set(['unindexed', 'redundancy']);

/** Sorts what `verify` has found by what is to be done about it. Pure. */
export function damageOf(tenant: OpenTenant, findings: readonly Finding[]): Damage {
  const { label } = tenant.tenant;
  const lossy = findings.filter(({ code }) => !HARMLESS.has(code));
  const below = (prefix: string): string[] => [
    ...new Set(lossy.filter(({ object }) => object.startsWith(prefix)).map(({ object }) => object)),
  ];
  const objects = below(packsPrefix(label));
  return {
    tenant,
    segments: [...tenant.view.segmentErrors.keys()],
    commits: below(commitsPrefix(label)).map((name) => name.slice(-32)),
    markers: below(forgetPrefix(label)),
    packs: new Set(objects.map((name) => name.slice(packsPrefix(label).length) as PackId)),
    objects,
    concerned: concernedBy(tenant, lossy),
  };
}

function concernedBy({ view }: OpenTenant, findings: readonly Finding[]): IncompleteSnapshot[] {
  return view.snapshots.flatMap(({ record }) => {
    const concern = findings.filter(({ snapshots }) => snapshots.includes(record.id));
    if (concern.length === 0) return [];
    const paths = [...new Set(concern.flatMap((finding) => finding.paths))].slice(0, 20);
    const { id: snapshot, name, startedAt } = record;
    return [{ snapshot, startedAt, paths, ...(name === undefined ? {} : { name }) }];
  });
}
