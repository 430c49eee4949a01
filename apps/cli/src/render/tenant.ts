import type { ErasedDestination, ErasureStatement, TenantInfo, TenantStats } from '@x/backup-store';
import { formatBytes, formatCount, formatNumberOf } from './bytes.ts';
import { factLines, tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

/** A policy as text; as JSON where text can't say it. */
export type PolicyText = (policy: Readonly<Record<string, unknown>>) => string;

const quotaOf = ({ quotaBytes }: TenantInfo): string => (quotaBytes === undefined ? '' : formatBytes(quotaBytes));

/** Lines of a table of tenants, the title first. */
export function tenantTable(tenants: readonly TenantInfo[], policyText: PolicyText): readonly string[] {
  const rows = tenants.map((tenant) => [
    displayText(tenant.name),
    tenant.status === 'active' ? '' : tenant.status.toUpperCase(),
    formatTime(tenant.createdAt),
    quotaOf(tenant),
    tenant.retention === undefined ? '' : displayText(policyText(tenant.retention)),
  ]);
  const titles = ['NAME', '', 'MADE', 'QUOTA', 'KEEPS'];
  return tableLines(
    titles.map((title) => ({ title })),
    rows,
  );
}

/** Lines that say what is known of a tenant. */
export function tenantLines(
  tenant: TenantInfo,
  { stats, policyText }: { readonly stats?: TenantStats | undefined; readonly policyText: PolicyText },
): readonly string[] {
  const facts: (readonly [string, string])[] = [
    ['tenant', displayText(tenant.name)],
    ['id', tenant.id],
    ['made', formatTime(tenant.createdAt)],
    ['status', tenant.status],
  ];
  if (tenant.hold !== undefined) {
    const { by, at, reason } = tenant.hold;
    facts.push(['legal hold', `since ${formatTime(at)}, by ${displayText(by)}: ${displayText(reason)}`]);
  }
  if (tenant.erasedAt !== undefined) facts.push(['erased', formatTime(tenant.erasedAt)]);
  if (tenant.sharesWith.length > 0) facts.push(['shares with', tenant.sharesWith.map(displayText).join(', ')]);
  if (stats !== undefined) {
    facts.push(
      ['snapshots', formatCount(stats.snapshots)],
      ['content', `${formatBytes(stats.bytesReferenced)}, of which ${formatBytes(stats.bytesUnique)} are distinct`],
      ['stored', `${formatBytes(stats.bytesPacked)} in ${formatNumberOf(stats.packs, 'pack')}`],
    );
  }
  const used =
    stats === undefined || tenant.quotaBytes === undefined ? undefined : stats.bytesPacked / tenant.quotaBytes;
  const share = used === undefined ? '' : `, ${Math.round(used * 100)} % used`;
  if (tenant.status !== 'erased')
    facts.push(['quota', tenant.quotaBytes === undefined ? 'none' : quotaOf(tenant) + share]);
  if (tenant.retention !== undefined) facts.push(['keeps', displayText(policyText(tenant.retention))]);
  return factLines(facts);
}

function destinationLine({ role, place, holds, status, until }: ErasedDestination): readonly [string, string] {
  const end = until === null ? ', and nobody knows until when' : ` until ${until}`;
  const word = { store: 'store', keyStore: 'key store', mirror: 'mirror' }[role];
  return [word, `${displayText(place)} (${holds}): ${status === 'destroyed' ? status : status + end}`];
}

/** Lines that say what is left where. */
export function remainLines({
  destinations,
  readable,
}: Pick<ErasureStatement, 'destinations' | 'readable'>): readonly string[] {
  const summary =
    readable === false
      ? 'Nothing of it can be read any more.'
      : `Whoever has such copies and a key of the repository may read it ${readable.until === null ? 'for nobody knows how long' : `until ${readable.until}`}.`;
  return [...factLines(destinations.map(destinationLine), '  '), summary];
}
