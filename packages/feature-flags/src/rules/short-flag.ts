import type { FlagContext, FlagMetadata, Json, ShortFlag } from '../definition/model.ts';
import { spanOf } from '../definition/moment.ts';
import { type CompiledFlag, decide, type Step } from './compiled-flag.ts';
import { ON_OFF, type Outcome, type Outcomes, outcomesOf } from './outcomes.ts';
import { isRefused, REFUSED } from './refused-flag.ts';
import { rolloutStep } from './rollout.ts';
import { unitOf } from './unit.ts';
import type { CompiledSegment, Membership } from './segments.ts';

/** What a flag refers to, compiled. */
export interface References {
  readonly segments: ReadonlyMap<string, CompiledSegment>;
  /** The outcomes of flags that are on or off and have no metadata of their own. */
  readonly common: Outcomes;
  /** Another flag; compiled when it is first asked for. */
  flagOf(key: string): CompiledFlag;
}

/** Whether somebody has a flag: its value is neither false nor that of those who don't have it. */
function isOn({ offVariant }: CompiledFlag, { evaluation, usesFallback }: Outcome): boolean {
  return !usesFallback && evaluation.value !== false && evaluation.variant !== offVariant;
}

/**
 * Compiles a flag in the readable form. In this order: kill switch, `enabled`, schedule, required flags, excluded tenants, target tenants,
 * segments, rollout; the first that speaks decides.
 */
export function compileShortFlag(
  key: string,
  flag: ShortFlag,
  { metadata, references }: { readonly metadata: FlagMetadata; readonly references: References },
): CompiledFlag {
  const variants: Readonly<Record<string, Json>> = flag.variants ?? ON_OFF;
  const off = flag.variants === undefined ? 'off' : (flag.default as string);
  const isPlain = flag.variants === undefined && flag.metadata === undefined;
  const outcomes = isPlain ? references.common : outcomesOf(variants, { fallback: off, metadata });
  const rollout = rolloutStep(key, flag, outcomes);
  const steps = switches(flag, outcomes).concat(
    scheduleSteps(flag, outcomes),
    requirementSteps(flag, outcomes, references),
    audienceSteps(flag, outcomes, references),
    rollout === undefined ? NONE : [rollout],
  );
  // What is for everybody is on; with variants of one's own, only a rollout gives another one.
  const isBoolean = flag.variants === undefined;
  const reason = steps.length === 0 ? 'STATIC' : isBoolean ? 'TARGETING_MATCH' : 'DEFAULT';
  const last = outcomes.of(isBoolean && rollout === undefined ? 'on' : off, reason);
  return { key, variants, metadata, offVariant: off, usesTime: usesTime(flag, references), steps, last };
}

function usesTime({ schedule, segments = [], requires = [] }: ShortFlag, references: References): boolean {
  const isTimed = segments.some((name) => references.segments.get(name)?.usesTime);
  return schedule !== undefined || isTimed || requires.some((key) => references.flagOf(key).usesTime);
}

/** Most flags have few steps, so what has none shares this. */
const NONE: readonly Step[] = [];

type Facts = Readonly<Record<string, Json>>;

/** A step that has the same answer for all whom it stops. */
function gate(
  rule: string,
  outcome: Outcome,
  { stops, facts = () => ({}) }: { stops: Membership; facts?: (context: FlagContext, nowMs: number) => Facts },
): Step {
  return { rule, decide: (context, nowMs) => (stops(context, nowMs) ? outcome : undefined), facts };
}

function switches({ killSwitch, enabled = true }: ShortFlag, outcomes: Outcomes): readonly Step[] {
  const disabled = outcomes.fallbackVariant('DISABLED');
  const steps: Step[] = [];
  if (killSwitch === true) steps.push(gate('killSwitch', disabled, { stops: () => true }));
  if (typeof killSwitch === 'object') {
    const killed = new Set<unknown>(killSwitch.tenants);
    steps.push(
      gate('killSwitch', disabled, { stops: (context) => killed.has(unitOf(context, 'tenant')), facts: tenantFact }),
    );
  }
  if (!enabled) steps.push(gate('enabled', disabled, { stops: () => true }));
  return steps;
}

const tenantFact = (context: FlagContext): Facts => ({ tenant: unitOf(context, 'tenant') ?? null });

function scheduleSteps({ schedule }: ShortFlag, outcomes: Outcomes): readonly Step[] {
  const start = schedule?.start;
  const end = schedule?.end;
  if (start === undefined && end === undefined) return NONE;
  const { startMs, endMs } = spanOf(schedule);
  return [
    gate('schedule', outcomes.fallbackVariant('TARGETING_MATCH'), {
      stops: (_, nowMs) => nowMs < startMs || nowMs >= endMs,
      facts: (_, nowMs) => ({ now: new Date(nowMs).toISOString(), start: start ?? null, end: end ?? null }),
    }),
  ];
}

function requirementSteps({ requires }: ShortFlag, outcomes: Outcomes, references: References): readonly Step[] {
  if (requires === undefined) return NONE;
  const outcome = outcomes.fallbackVariant('TARGETING_MATCH');
  return [...new Set(requires)].map((key) => {
    const required = references.flagOf(key);
    const isMissing: Membership = (context, nowMs) => !isOn(required, decide(required, context, nowMs));
    return gate('requires', outcome, {
      stops: isMissing,
      facts: (context, nowMs) => ({
        flag: key,
        on: !isMissing(context, nowMs),
        ...(isRefused(required) ? { [REFUSED]: true } : {}),
      }),
    });
  });
}

function audienceSteps(flag: ShortFlag, outcomes: Outcomes, references: References): readonly Step[] {
  const outcome = outcomes.fallbackVariant('TARGETING_MATCH');
  const { excludeTenants, targetTenants, segments } = flag;
  const steps: Step[] = [];
  if (excludeTenants !== undefined) {
    const excluded = new Set<unknown>(excludeTenants);
    steps.push(
      gate('excludeTenants', outcome, {
        stops: (context) => excluded.has(unitOf(context, 'tenant')),
        facts: tenantFact,
      }),
    );
  }
  if (targetTenants !== undefined) {
    const wanted = new Set<unknown>(targetTenants);
    steps.push(
      gate('targetTenants', outcome, { stops: (context) => !wanted.has(unitOf(context, 'tenant')), facts: tenantFact }),
    );
  }
  if (segments !== undefined) {
    const members = segments.map((name) => references.segments.get(name) as CompiledSegment);
    steps.push(
      gate('segments', outcome, {
        stops(context, nowMs) {
          // A function for `some` would be an object a call.
          for (const { holds } of members) if (holds(context, nowMs)) return false;
          return true;
        },
        facts: (context, nowMs) =>
          Object.fromEntries(segments.map((name, index) => [name, members[index]?.holds(context, nowMs) ?? false])),
      }),
    );
  }
  return steps;
}
