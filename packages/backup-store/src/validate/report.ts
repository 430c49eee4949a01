import type { RestoreValidation } from './contract.ts';

/** Problems that a report lists of each check. */
const SHOWN = 10;

/** A validation as text. Pure. */
export function reportOf(validation: Omit<RestoreValidation, 'report'>): string {
  const { backupId, tenant, timestamp, status, checks, duration_ms } = validation;
  const lines = checks.flatMap(({ name, source, status: state, detail, problems }) => [
    `${state.padEnd(7)} ${name.padEnd(9)} ${source === undefined ? '' : `${source}: `}${detail}`,
    ...problems.slice(0, SHOWN).map(({ path, code, message }) => `        ${path}: ${message} [${code}]`),
    ...(problems.length > SHOWN ? [`        ... ${problems.length - SHOWN} more`] : []),
  ]);
  return [
    `Trial restore of snapshot ${backupId} of tenant ${tenant}, ${timestamp}: ${status} in ${(duration_ms / 1000).toFixed(1)} s`,
    ...lines,
  ].join('\n');
}
