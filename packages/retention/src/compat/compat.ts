import { RetentionError } from '../errors.ts';
import type { RetentionPolicy } from '../policy/policy.ts';
import { applyBorg } from './borg.ts';
import type { CompatField } from './field.ts';
import { applyRestic } from './restic.ts';

/** A tool whose decisions are reproduced. */
export type Compat = 'restic' | 'borg';

const SHARED = ['name', 'last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within'];
const KNOWN: Readonly<Record<Compat, ReadonlySet<string>>> = {
  restic: new Set([...SHARED, 'withinHourly', 'withinDaily', 'withinWeekly', 'withinMonthly', 'withinYearly', 'tags']),
  borg: new Set(SHARED),
};

/**
 * Applies a policy to a group of items, the newest first, exactly as the tool would: what is in the future or not to be
 * believed fills slots like everything else.
 *
 * @throws RetentionError `INVALID_POLICY` for a rule that the tool does not have.
 */
export function applyCompat(tool: Compat, policy: RetentionPolicy, group: Uint32Array, field: CompatField): void {
  for (const [name, value] of Object.entries(policy)) {
    if (value === undefined || KNOWN[tool].has(name)) continue;
    throw new RetentionError('INVALID_POLICY', `Expected a policy of rules that ${tool} has, got ${name}`, {
      hint: `It has ${[...KNOWN[tool]].slice(1).join(', ')}.`,
    });
  }
  if (tool === 'restic') applyRestic(policy, group, field);
  else applyBorg(policy, group, field);
}
