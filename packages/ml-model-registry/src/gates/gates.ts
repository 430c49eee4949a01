import type { Verdict } from '../inspect/inspection.ts';
import type { VersionTrust } from '../trust/trust-state.ts';
import type { ModelVersion } from '../versions/version.ts';

/** A figure that has to be good enough. */
export interface MetricGate {
  readonly metric: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** A figure that must not be worse than that of the version that the alias points to, or pointed to before it was taken away. */
export interface RegressionGate {
  readonly metric: string;
  /** Which figures are better. */
  readonly better: 'higher' | 'lower';
  /** How much worse it may be: in the unit of the metric, or as percent of the current figure (`2%`). Default 0. */
  readonly tolerance?: number | `${number}%` | undefined;
}

/** What a gate of one's own looks at. */
export interface GateFacts {
  readonly model: string;
  readonly alias: string;
  readonly version: ModelVersion;
  /** What the alias points to now. */
  readonly current?: ModelVersion | undefined;
  /** The same; where the alias was taken away, what it pointed to last, also when that was deleted since. */
  readonly last?: ModelVersion | undefined;
  readonly trust: VersionTrust;
}

/** A gate of one's own. */
export interface OwnGate {
  readonly name: string;
  /** Says why not, in a sentence; `undefined` when the version may pass. What it throws is a failed gate, too. */
  check(facts: GateFacts): string | undefined | Promise<string | undefined>;
}

/** What a version needs before an alias points to it. All that is given has to be so. */
export interface PromotionGates {
  readonly metrics?: readonly MetricGate[] | undefined;
  readonly noRegression?: readonly RegressionGate[] | undefined;
  /** The worst verdict of the inspection. */
  readonly inspection?: Exclude<Verdict, 'malicious'> | undefined;
  /** Signed by somebody whom the registry trusts (`trust`). */
  readonly signed?: boolean | undefined;
  /** The last load test has passed. */
  readonly loadTest?: boolean | undefined;
  /** How many people, other than who has added it, have approved it. */
  readonly approvals?: number | undefined;
  readonly own?: readonly OwnGate[] | undefined;
}

/** Whether a version passes a gate. */
export interface GateResult {
  /** `content` when a scrub has found damage, `metric rmse`, `no regression of rmse`, `inspection`, `signed`, `load test`, `approvals`, or the name of one's own. */
  readonly gate: string;
  readonly status: 'passed' | 'failed';
  /** What is demanded. */
  readonly limit: string;
  /** What is so. */
  readonly found: string;
}

/** What a move of an alias would come to. */
export interface PromotionPlan {
  readonly model: string;
  readonly alias: string;
  /** What the alias points to now. */
  readonly from?: string | undefined;
  readonly to: string;
  readonly gates: readonly GateResult[];
  /** Whether all gates are passed. */
  readonly allowed: boolean;
}
