import { ModelError } from '../errors.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { Approval, VersionTrust } from './trust-state.ts';

/**
 * The approvals that count: of the content that the version has, each person once, and never whoever has added it.
 */
export function countedApprovals({ digest, addedBy }: ModelVersion, known: VersionTrust): readonly Approval[] {
  const people = new Map<string, Approval>();
  for (const approval of known.approvals) {
    if (approval.digest === digest && approval.by !== addedBy && !people.has(approval.by))
      people.set(approval.by, approval);
  }
  return [...people.values()];
}

/** @throws {ModelError} `OWN_APPROVAL` when `by` has added the version; `INVALID_INPUT` without a reason. */
export function demandOther(version: ModelVersion, by: string, reason: string): void {
  if (reason.trim() === '' || reason.length > 10_000) {
    throw new ModelError('INVALID_INPUT', `Expected a reason of 1 to 10000 characters, got ${reason.length}`);
  }
  if (version.addedBy !== by) return;
  throw new ModelError(
    'OWN_APPROVAL',
    `Expected somebody other than ${by}, who has added ${version.model} ${version.version}`,
    {
      hint: 'Ask somebody else to approve it.',
    },
  );
}
