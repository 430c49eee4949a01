import { VersioningError } from '../../errors.ts';
import type { DeployedState } from '../layout/model.ts';

/** What may follow a state. A state may always be said again, as a run that is resumed does. */
const NEXT: Readonly<Record<DeployedState, readonly DeployedState[]>> = {
  building: ['staged', 'bad'],
  // `bad` when a deploy fails before it switches; `building` when it is staged anew.
  staged: ['active', 'bad', 'building'],
  // `staged` when the switch is undone and nothing is known against it.
  active: ['good', 'bad', 'rolled-back', 'staged'],
  // `active` when somebody goes back to it; `bad` when that fails, or when it turns out later.
  good: ['active', 'rolled-back', 'bad'],
  bad: ['building', 'active'],
  'rolled-back': ['active', 'bad', 'building'],
};

/**
 * Whether a release may get a state. What nobody knows yet begins with `building`.
 *
 * @throws {VersioningError} `STATE_NOT_ALLOWED`.
 */
export function demandTransition(version: string, from: DeployedState | undefined, to: DeployedState): void {
  const allowed = from === undefined ? ['building'] : NEXT[from];
  if (from === to || allowed.includes(to)) return;
  throw new VersioningError(
    'STATE_NOT_ALLOWED',
    `Expected the next state of ${version}, which is ${from ?? 'not known'}, to be ${allowed.join(' or ')}, got ${to}`,
    {
      hint: 'Something else has worked on it meanwhile, or the step before was left out: look at `holdfast deploy list`.',
    },
  );
}
