import type { Json } from '../definition/model.ts';
import type { FlagFinding, FlagProblem } from '../errors.ts';
import type { CompiledFlags } from '../rules/compile-flags.ts';
import { trace } from '../rules/compiled-flag.ts';
import { REFUSED } from '../rules/refused-flag.ts';
import { contextOf } from './context.ts';
import type { Evaluation, Finding } from './evaluation.ts';

/** An evaluation and everything that led to it. */
export interface Explanation {
  readonly key: string;
  /** Without a fallback, its value is `null` where the fallback would apply. */
  readonly evaluation: Evaluation;
  /** What was looked at, in order; the last one decided. */
  readonly findings: readonly Finding[];
  /** The same in a sentence. */
  readonly sentence: string;
}

/** Flags, and what is wrong with them. */
export interface ExplainedFlags {
  readonly compiled: CompiledFlags;
  readonly findings: readonly FlagFinding[];
}

/** Says of a flag why it has its value for a context. Never throws. */
export function explainFlag(
  { compiled, findings: mistakes }: ExplainedFlags,
  key: string,
  options: { context: unknown; nowMs: number },
): Explanation {
  const name = typeof key === 'string' ? key : 'This';
  const flag = compiled.get(key);
  const failed = (errorCode: Evaluation['errorCode'], why: string): Explanation => ({
    key: name,
    evaluation: { value: null, variant: undefined, reason: 'ERROR', errorCode, metadata: flag?.metadata ?? {} },
    findings: [],
    sentence: `${name} has no value: ${why}.`,
  });
  if (flag === undefined) return failed('FLAG_NOT_FOUND', 'there is no flag of this name');
  try {
    const { outcome, findings } = trace(flag, contextOf(options.context), options.nowMs);
    const { evaluation, usesFallback } = outcome;
    const is = usesFallback ? 'the fallback of the code' : JSON.stringify(evaluation.value);
    const mistake = evaluation.errorCode === 'PARSE_ERROR' ? undefined : mistakes.find((each) => each.flag === key);
    const held = mistake === undefined ? '' : `; ${whyHeld(mistake)}: ${placed(mistake)}`;
    const sentence = `${key} is ${is}: ${whyOf(findings.at(-1), evaluation)}${held}.`;
    return { key, evaluation, findings, sentence };
  } catch {
    return failed('GENERAL', 'its rules can’t be evaluated with this context');
  }
}

const WORDS: Readonly<Record<string, string>> = {
  enabled: 'it is disabled',
  excludeTenants: 'the tenant is excluded',
  targetTenants: 'it is for other tenants',
  segments: 'it is for other segments',
  schedule: 'it is not its time',
};

function whyOf(finding: Finding | undefined, { reason }: Evaluation): string {
  const { rule = 'default', facts = {} } = finding ?? {};
  const fixed = WORDS[rule];
  if (fixed !== undefined) return fixed;
  if (rule === 'killSwitch')
    return facts['tenant'] === undefined ? 'its kill switch is on' : 'its kill switch is on for the tenant';
  if (rule === REFUSED) return `it is refused: ${placed(facts as unknown as FlagProblem)}`;
  if (rule === 'requires')
    return `it requires ${text(facts['flag'])}, which is ${facts[REFUSED] === true ? 'refused' : 'off'}`;
  if (rule === 'targeting')
    return reason === 'ERROR' ? `its rules chose ${text(facts['chosen'])}, which is no variant` : 'its rules chose it';
  if (rule === 'rollout') {
    const held = facts['held'];
    return `${whyOfRollout(facts, reason)}${held === undefined ? '' : `; ${text(held)}`}`;
  }
  if (reason === 'STATIC') return 'it is the same for everybody';
  return reason === 'DISABLED' ? 'it is disabled' : 'no rule says otherwise';
}

function whyOfRollout(facts: Finding['facts'], reason: string): string {
  const { unit, value, bucket, threshold, percentage, ranges } = facts;
  if (reason === 'UNIT_MISSING') return `the context has no ${text(unit)}, and nobody without one is in`;
  if (ranges !== undefined) return `${text(unit)} ${text(value)} is in bucket ${text(bucket)} of ${text(ranges)}`;
  if (threshold === 0) return 'its rollout is at 0 %';
  if (percentage === 100) return 'its rollout is at 100 %';
  return `${text(unit)} ${text(value)} is in bucket ${text(bucket)}, and those below ${text(threshold)} (${text(percentage)} %) are in`;
}

/** Also a segment or an evaluator may be as it was, and the flag that uses it as it is now. */
function whyHeld({ path }: FlagProblem): string {
  return path.startsWith('/flags/')
    ? 'that is as it last was good, as it is refused now'
    : 'what it uses is as that last was good, as it is refused now';
}

/** A mistake and its place. */
function placed({ message, path, line, column }: FlagProblem): string {
  const place = line === undefined ? '' : `, line ${line}, column ${column ?? 1}`;
  return `${message} at ${path}${place}`;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
