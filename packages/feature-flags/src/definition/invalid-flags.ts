import { FlagError, type FlagProblem } from '../errors.ts';

/** The error of definitions with problems. */
export function invalidFlags(problems: readonly FlagProblem[]): FlagError {
  const [first] = problems;
  const pointer = first?.path === '' ? '' : ` at ${first?.path ?? ''}`;
  const place = first?.line === undefined ? '' : `, line ${first.line}, column ${first.column ?? 1}`;
  const more = problems.length > 1 ? `; and ${problems.length - 1} more` : '';
  return new FlagError('INVALID_FLAGS', `${first?.message ?? 'Expected flags'}${pointer}${place}${more}`, {
    problems,
    hint: 'Mend the places that `problems` names. What was good before stays in force.',
  });
}
