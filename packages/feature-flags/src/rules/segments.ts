import type { FlagContext, Segment } from '../definition/model.ts';
import { compileLogic, type Evaluators, logicUsesTime } from '../logic/compile-logic.ts';
import { unitOf } from './unit.ts';
import { isTrue } from '../logic/value.ts';

/** Says whether somebody is in a segment. */
export type Membership = (context: FlagContext, nowMs: number) => boolean;

/** A segment that can be asked. */
export interface CompiledSegment {
  readonly holds: Membership;
  readonly usesTime: boolean;
}

/** Compiles a segment: any of those listed, and any for whom the rule is true. */
export function compileSegment(name: string, segment: Segment, evaluators: Evaluators): CompiledSegment {
  const { tenants = [], users = [], rule } = segment;
  const [ofTenants, ofUsers] = [new Set<unknown>(tenants), new Set<unknown>(users)];
  const logic = rule === undefined ? undefined : compileLogic(rule, evaluators);
  const holds: Membership = (context, nowMs) =>
    ofTenants.has(unitOf(context, 'tenant')) ||
    ofUsers.has(unitOf(context, 'user')) ||
    (logic !== undefined && isTrue(logic(context, { flagKey: name, context, nowMs })));
  return { holds, usesTime: rule !== undefined && logicUsesTime(rule) };
}
