import { isForeign } from '../bucketing/bucketing.ts';
import { FlagError, type FlagProblem } from '../errors.ts';
import { isExtension } from '../logic/operators.ts';
import { withBucketing } from './default-bucketing.ts';
import { type FlagDefinitions, isFlagdFlag, type ShortFlag } from './model.ts';
import type { Path } from './path.ts';
import { isObject, newReport, type Report } from './report.ts';

/** @throws {FlagError} `INVALID_FLAGS` with everything that flagd would decide otherwise. */
export function refuseForeign(definitions: FlagDefinitions): void {
  const problems = foreignProblems(definitions);
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > 1 ? `; and ${problems.length - 1} more` : '';
  throw new FlagError('INVALID_FLAGS', `${first.message} at ${first.path}${more}`, {
    problems,
    hint: 'Finish these rollouts first, at 0 % or 100 %, or evaluate these flags here; flagd has no buckets but its own.',
  });
}

function foreignProblems(definitions: FlagDefinitions): readonly FlagProblem[] {
  const report = newReport();
  for (const [key, flag] of Object.entries(definitions.flags)) {
    const path = ['flags', key];
    if (isFlagdFlag(flag)) findExtensions(flag.targeting, [...path, 'targeting'], report);
    else if (usesForeign(withBucketing(flag, definitions.bucketing)))
      report.expected([...path, 'rollout', 'bucketing'], 'buckets that flagd has, too', bucketingOf(flag, definitions));
  }
  for (const [name, { rule }] of Object.entries(definitions.segments ?? {}))
    findExtensions(rule, ['segments', name, 'rule'], report);
  for (const [name, rule] of Object.entries(definitions.$evaluators ?? {}))
    findExtensions(rule, ['$evaluators', name], report);
  return report.problems;
}

function bucketingOf({ rollout }: ShortFlag, { bucketing }: FlagDefinitions): string | undefined {
  return rollout?.bucketing ?? bucketing;
}

/** Nobody and everybody need no buckets. */
function usesForeign({ rollout, schedule }: ShortFlag): boolean {
  const isPartial = (percentage: number | undefined): boolean => (percentage ?? 0) !== 0 && percentage !== 100;
  const isGradual =
    rollout?.ranges !== undefined ||
    isPartial(rollout?.percentage) ||
    (schedule?.ramp ?? []).some(({ percentage }) => isPartial(percentage));
  return isForeign(rollout?.bucketing) && isGradual;
}

function findExtensions(rule: unknown, path: Path, report: Report): void {
  if (Array.isArray(rule)) {
    for (const [index, each] of rule.entries()) findExtensions(each, [...path, index], report);
  } else if (isObject(rule)) {
    for (const [operator, operands] of Object.entries(rule)) {
      if (isExtension(operator)) report.expected([...path, operator], 'an operator that flagd has, too', operator);
      findExtensions(operands, [...path, operator], report);
    }
  }
}
