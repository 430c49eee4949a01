import { FlagError, type FlagFinding, type FlagProblem } from '../errors.ts';
import { inspectDefinitions, type Inspection } from './inspect.ts';
import { invalidFlags } from './invalid-flags.ts';
import type { FlagDefinitions } from './model.ts';
import { pointerOf } from './path.ts';
import { MOST_IN_ALL, MOST_OF_ONE, partOf } from './report.ts';

/**
 * Refuses an edit of single flags that leaves one of them with a mistake, or makes anything else wrong that was good. What was wrong before, elsewhere, is no obstacle.
 *
 * @param touched The flags that are edited.
 * @throws {FlagError} `INVALID_FLAGS` with what is new.
 */
export function demandNoWorse(before: FlagDefinitions, after: FlagDefinitions, touched: ReadonlySet<string>): void {
  const now = inspectDefinitions(after);
  if (now.problems.length === 0) return;
  // No edit of flags mends that, and none would come into force.
  if (now.isRefused) throw invalidFlags(now.problems);
  const isKnown = knownBy(inspectDefinitions(before));
  const added = now.findings.filter((finding) => isInside(finding, touched) || !isKnown(finding));
  if (added.length === 0) return;
  const problems = added.map(asProblem);
  throw new FlagError('INVALID_FLAGS', invalidFlags(problems).message, {
    problems,
    hint: 'Mend what the change says. Flags that were wrong before and are not part of it are no obstacle.',
  });
}

/** Whether a mistake is in one of these flags itself. */
function isInside({ flag, path }: FlagFinding, flags: ReadonlySet<string>): boolean {
  return flag !== undefined && flags.has(flag) && partOf(path) === pointerOf(['flags', flag]);
}

/**
 * Says of each mistake whether it was there before, as often: by its kind and place, as messages count and name what is elsewhere. Where there are so many that not all are
 * listed, one that was not may be listed now; there it is enough that its part was wrong.
 */
function knownBy({ findings, problems }: Inspection): (finding: FlagFinding) => boolean {
  const partName = ({ flag, path }: FlagFinding): string => `${flag}\n${partOf(path)}`;
  const fullName = ({ flag, path, code }: FlagFinding): string => `${flag}\n${path}\n${code}`;
  const [parts, left] = [new Map<string, number>(), new Map<string, number>()];
  for (const finding of findings) {
    for (const [counts, name] of [
      [parts, partName(finding)],
      [left, fullName(finding)],
    ] as const)
      counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return (finding) => {
    const inPart = parts.get(partName(finding)) ?? 0;
    if (inPart >= MOST_OF_ONE || (inPart > 0 && problems.length >= MOST_IN_ALL)) return true;
    const count = left.get(fullName(finding)) ?? 0;
    left.set(fullName(finding), count - 1);
    return count > 0;
  };
}

/** As whoever changes flags has to hear it: a flag may be wrong because of what it uses. */
function asProblem({ flag, ...problem }: FlagFinding): FlagProblem {
  const part = pointerOf(['flags', flag ?? '']);
  if (flag === undefined || partOf(problem.path) === part) return problem;
  return {
    ...problem,
    path: part,
    message: `Expected a flag that uses nothing wrong, got ${problem.path}: ${problem.message}`,
  };
}
