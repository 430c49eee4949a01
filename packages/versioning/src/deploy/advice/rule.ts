import type { AdviceContext } from './context.ts';

/** A way to deploy, as advice knows it: what it needs and what it can't do. Nothing is executed. */
export interface StrategyProfile {
  readonly name: string;
  /** What it has before any rule: 0 to 100. */
  readonly base: number;
  /** It brings what has changed; a restart does not. */
  readonly carriesChanges: boolean;
  /** It pushes, and waits for others. */
  readonly needsRemote: boolean;
  /** It builds a release from this checkout. */
  readonly buildsHere: boolean;
  /** It sends files over the line of this machine. */
  readonly copiesFiles: boolean;
  /** Tests run before anything is live. */
  readonly isTested: boolean;
  /** Whoever starts it sees how it ends. */
  readonly isAttended: boolean;
  /** Beside the rules that hold for all. */
  readonly rules?: readonly AdviceRule[] | undefined;
}

/** What a rule says of a strategy. */
export interface RuleVerdict {
  /** Added to the score. A blocker needs none. */
  readonly points?: number | undefined;
  /** One sentence, for people. */
  readonly text: string;
  /** Whether it must not be done this way, whatever its score. */
  readonly isBlocker?: boolean | undefined;
}

/** One reason for or against strategies. It looks at data only, and says the same of the same data. */
export interface AdviceRule {
  readonly name: string;
  /** Nothing, where it has nothing to say. */
  weigh(context: AdviceContext, strategy: StrategyProfile): RuleVerdict | undefined;
}

/** A verdict with points; none for none. */
export function points(count: number, text: string): RuleVerdict | undefined {
  return count === 0 ? undefined : { points: count, text };
}

/** A verdict that nothing outweighs. */
export function blocker(text: string): RuleVerdict {
  return { isBlocker: true, text };
}
