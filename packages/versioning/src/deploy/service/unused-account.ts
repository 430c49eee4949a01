import { shown, VersioningError } from '../../errors.ts';
import type { ServiceSpec } from './contract.ts';

/** An account of a service that its keeper can't give it. */
export interface UnusedAccount {
  /** Who keeps the service. */
  readonly keeper: string;
  readonly members: readonly ('user' | 'group')[];
  /** How it is said there. */
  readonly hint: string;
}

/** A service whose rights nobody limits would have more than was said. @throws {VersioningError} `INVALID_OPTION`. */
export function refuseAccount(spec: ServiceSpec, { keeper, members, hint }: UnusedAccount): void {
  for (const member of members) {
    const name = spec[member];
    if (name === undefined) continue;
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected no ${member} for service ${shown(spec.name)} of ${keeper}, got ${shown(name)}`,
      { hint },
    );
  }
}
