import type { Decision, RetentionPolicy } from '@x/retention';
import { BackupError } from '../errors.ts';
import type { TenantRecord } from '../keyring/tenant.ts';
import type { RetentionOptions, RetentionPolicies, SnapshotRetention } from '../repository/catalog-contract.ts';
import { FACTS_KEPT_MS } from '../session/remembered.ts';
import type { SnapshotFacts } from './facts.ts';
import { retentionItem } from './retention-items.ts';

// Loaded when somebody asks until when snapshots are kept, and not before.
const rules = (): Promise<typeof import('@x/retention')> => import('@x/retention');

/** Characters of ids that sentences show. */
const SHOWN = 8;

/** A snapshot, and until when it is kept. */
export type Dated = readonly [SnapshotFacts, SnapshotRetention];

/** What dates are found by. */
export interface RetentionParts {
  /** As it is kept in the keyring. */
  readonly tenant: Pick<TenantRecord, 'name' | 'retention' | 'hold'>;
  readonly options: RetentionOptions;
  readonly nowMs: number;
}

/**
 * Until when the snapshots of one tenant are kept, and why: all that are there, as a policy ranks them among themselves. A stored policy that can't be read removes nothing, and the reason says so.
 *
 * @throws {BackupError} `INVALID_OPTION` for a policy of the options, a time zone or a field to group by that is none.
 */
export async function retentionOf(
  there: readonly SnapshotFacts[],
  { tenant, options, nowMs }: RetentionParts,
): Promise<readonly Dated[]> {
  const { by, policies } = policiesOf(tenant, options);
  if (tenant.hold !== undefined) {
    const { by: who, reason: why } = tenant.hold;
    return all(there, {
      keep: true,
      by: 'hold',
      reason: `It is kept: ${who} holds all of the tenant because of ${why}.`,
    });
  }
  if (policies.length === 0)
    return all(there, {
      keep: true,
      by: 'nothing',
      reason: 'It is kept: no policy is about it until it is forgotten by its id.',
    });
  const { planRetention, explain } = await rules();
  const { groupBy, compat, timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone } = options;
  try {
    const items = there.map((record) => retentionItem({ record, madeMs: record.madeMs }, { groupBy, nowMs }));
    const decisions = planRetention(items, policies, { now: nowMs, timeZone, compat });
    return there.map((facts, position): Dated => {
      const decision = decisions[position] as Decision;
      return [facts, { ...dated(decision), by, reason: explain(shown(decision)) }];
    });
  } catch (cause) {
    const { message } = cause as Error;
    if (by !== 'tenant')
      throw new BackupError('INVALID_OPTION', message, { cause, hint: (cause as { hint?: string | undefined }).hint });
    return all(there, { keep: true, by, reason: `It is kept: the policy of the tenant can't be read. ${message}.` });
  }
}

/** What is said of a snapshot that was forgotten; pure. */
export function forgottenRetention(forgottenAt: string): SnapshotRetention {
  const known = new Date(Date.parse(forgottenAt) + FACTS_KEPT_MS).toISOString();
  return {
    keep: false,
    until: forgottenAt,
    by: 'forgotten',
    reason: `It was forgotten, and is known until ${known} at least.`,
  };
}

function policiesOf(
  { name, retention }: RetentionParts['tenant'],
  { policies, defaults }: RetentionOptions,
): { readonly by: SnapshotRetention['by']; readonly policies: readonly RetentionPolicy[] } {
  if (policies !== undefined) return { by: 'asked', policies: forTenant(policies, name) };
  if (retention !== undefined) {
    const own: RetentionPolicy = retention;
    return { by: 'tenant', policies: [{ ...own, name: own.name ?? `that of tenant ${name}` }] };
  }
  return { by: 'default', policies: defaults === undefined ? [] : forTenant(defaults, name) };
}

const forTenant = (policies: RetentionPolicies, tenant: string): readonly RetentionPolicy[] =>
  typeof policies === 'function' ? policies(tenant) : policies;

const all = (there: readonly SnapshotFacts[], retention: SnapshotRetention): readonly Dated[] =>
  there.map((facts) => [facts, retention]);

function dated({ keep, nextReview }: Decision): Pick<SnapshotRetention, 'keep' | 'until'> {
  return keep && nextReview !== null ? { keep, until: new Date(nextReview).toISOString() } : { keep };
}

/** As a sentence has it: about "It", with ids as short as they are shown. */
function shown({ replacedBy, reasons, ...decision }: Decision): Decision {
  const short = (id: string): string => id.slice(0, SHOWN);
  return {
    ...decision,
    id: 'It',
    replacedBy: replacedBy === null ? null : short(replacedBy),
    reasons: reasons.map((reason) => (reason.item === undefined ? reason : { ...reason, item: short(reason.item) })),
  };
}
