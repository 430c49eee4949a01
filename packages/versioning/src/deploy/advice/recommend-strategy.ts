import { VersioningError } from '../../errors.ts';
import { BUILT_IN_STRATEGIES } from './built-in-strategies.ts';
import { CHANGE_RULES } from './change-rules.ts';
import type { AdviceContext } from './context.ts';
import { type HistoryModel, historyModel } from './history-model.ts';
import type { AdviceRule, RuleVerdict, StrategyProfile } from './rule.ts';
import { STATE_RULES } from './state-rules.ts';
import { TIME_RULES } from './time-rules.ts';

/** What speaks for a strategy (more than 0 points) or against it. */
export interface AdviceReason {
  /** The rule that says so; `model` is the team's own history. */
  readonly rule: string;
  readonly points: number;
  readonly text: string;
}

/** A strategy with what is said of it. */
export interface RankedStrategy {
  readonly strategy: string;
  /** 0 to 100. */
  readonly score: number;
  /** What weighs most comes first. */
  readonly reasons: readonly AdviceReason[];
  /** Why it must not be done this way; none where it may. */
  readonly blockers: readonly Omit<AdviceReason, 'points'>[];
}

/** Strategies, the best first; those that are blocked after all others. */
export interface StrategyAdvice {
  readonly ranked: readonly RankedStrategy[];
  /** What the model of the history was made of; none where there was not enough. */
  readonly model?: { readonly runs: number; readonly failed: number } | undefined;
}

/** Options of {@link recommendStrategy}. */
export interface RecommendStrategyOptions {
  /** Default: `remote-ci`, `hybrid`, `server-controlled`, `local-restart`. */
  readonly strategies?: readonly StrategyProfile[] | undefined;
  /** For all strategies, beside those that are there. */
  readonly rules?: readonly AdviceRule[] | undefined;
}

const RULES: readonly AdviceRule[] = [...CHANGE_RULES, ...STATE_RULES, ...TIME_RULES];
/** What the model may add or take at most, and what a probability of one would come to. */
const MOST_MODEL_POINTS = 15;
const POINTS_OF_CERTAINTY = 40;

/**
 * Ranks ways to deploy, with reasons. Nothing is done: whoever asks decides. Pure, and deterministic: the same context gives the same advice, in whatever order
 * its history comes.
 *
 * Each rule adds or takes points and says why in a sentence, or blocks. Where a channel has at least 50 deploys, of which at least 10 failed and as many did not,
 * a logistic regression of its own history adds or takes up to 15 points.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a time or time zone that is none.
 * @example
 * ```ts
 * import { recommendStrategy } from '@x/versioning/deploy';
 *
 * const { ranked } = recommendStrategy({
 *   now: Date.now(),
 *   channel: 'prod',
 *   diff: { files: 12, migrations: 1, contractMigrations: 0, configKeys: [], ports: [], modelFiles: [] },
 *   commitTypes: { feat: 2, fix: 1 },
 *   breakingCommits: 0,
 *   isDirty: false,
 *   remote: 'reachable',
 *   businessHours: { timeZone: 'Europe/Lisbon' },
 *   health: 'ok',
 *   backupAgeMs: 3_600_000,
 *   history: [],
 * });
 * for (const { strategy, score, reasons } of ranked) console.log(strategy, score, reasons);
 * ```
 */
export function recommendStrategy(context: AdviceContext, options: RecommendStrategyOptions = {}): StrategyAdvice {
  if (!Number.isFinite(context.now) || Math.abs(context.now) > 8.64e15) {
    throw new VersioningError('INVALID_OPTION', `Expected now to be milliseconds since 1970, got ${context.now}`);
  }
  const { strategies = BUILT_IN_STRATEGIES, rules = [] } = options;
  const model = historyModel(context);
  const all = strategies.map((strategy) => judged(context, strategy, { rules: [...RULES, ...rules], model }));
  const isBlocked = ({ blockers }: RankedStrategy): number => Number(blockers.length > 0);
  // The sort is stable: of equals, the one that was named first.
  const ranked = all.toSorted((a, b) => isBlocked(a) - isBlocked(b) || b.score - a.score);
  return { ranked, model: model === undefined ? undefined : { runs: model.runs, failed: model.failed } };
}

interface Judges {
  readonly rules: readonly AdviceRule[];
  readonly model: HistoryModel | undefined;
}

function judged(context: AdviceContext, strategy: StrategyProfile, { rules, model }: Judges): RankedStrategy {
  const said = [...rules, ...(strategy.rules ?? [])].flatMap((rule) => {
    const verdict = rule.weigh(context, strategy);
    return verdict === undefined ? [] : [{ rule: rule.name, verdict: finite(verdict) }];
  });
  const learned = modelReason(model, strategy);
  const reasons = [
    ...said.flatMap(({ rule, verdict }) =>
      verdict.isBlocker === true ? [] : [{ rule, points: verdict.points ?? 0, text: verdict.text }],
    ),
    ...(learned === undefined ? [] : [learned]),
  ].toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const base = Number.isFinite(strategy.base) ? strategy.base : 0;
  const sum = reasons.reduce((total, { points }) => total + points, base);
  return {
    strategy: strategy.name,
    score: Math.min(100, Math.max(0, sum)),
    reasons,
    blockers: said.flatMap(({ rule, verdict }) => (verdict.isBlocker === true ? [{ rule, text: verdict.text }] : [])),
  };
}

/** Rules of one's own may divide by zero: what is no number counts nothing, and that is said. */
function finite(verdict: RuleVerdict): RuleVerdict {
  if (Number.isFinite(verdict.points ?? 0)) return verdict;
  return { ...verdict, points: 0, text: `${verdict.text} (Its points are no number, and do not count.)` };
}

function modelReason(model: HistoryModel | undefined, { name }: StrategyProfile): AdviceReason | undefined {
  const chance = model?.chance(name);
  if (model === undefined || chance === undefined) return undefined;
  const usual = model.failed / model.runs;
  const raw = Math.round(POINTS_OF_CERTAINTY * (usual - chance));
  // Not the zero that is negative.
  const points = Math.min(MOST_MODEL_POINTS, Math.max(-MOST_MODEL_POINTS, raw)) || 0;
  const text = `By the history of this channel (${model.failed} of ${model.runs} failed, ${percent(usual)}), ${percent(chance)} of such deploys by ${name} fail.`;
  return { rule: 'model', points, text };
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
