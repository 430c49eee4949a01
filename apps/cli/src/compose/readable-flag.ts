import type { FlagDefinitions, ShortFlag } from '@x/feature-flags';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { featureFlags } from './flags.ts';

/**
 * How single members of a flag may be changed: only in the readable form, and a percentage only where nothing else says how many are in.
 *
 * @returns The flag of a name; `undefined` when there is none. It throws {CliError} `USAGE`.
 */
export async function readableFlags(
  context: Context,
  { setsPercentage }: { readonly setsPercentage: boolean },
): Promise<(definitions: FlagDefinitions, key: string) => ShortFlag | undefined> {
  const { isFlagdFlag } = await featureFlags(context);
  return ({ flags }, key) => {
    const flag = Object.hasOwn(flags, key) ? flags[key] : undefined;
    // What is no flag, in a file with mistakes, becomes one.
    if (flag === undefined || typeof flag !== 'object' || (flag as unknown) === null) return undefined;
    const refused = (what: string, hint: string): Error =>
      usageError(`Expected a flag ${what}, got ${JSON.stringify(key)}`, hint);
    const all = 'Give all of it with `holdfast flags set --definition`.';
    if (isFlagdFlag(flag)) throw refused('in the readable form, not in flagd’s format', all);
    if (setsPercentage && flag.variants !== undefined) throw refused('that is on or off, without variants', all);
    if (setsPercentage && flag.schedule?.ramp !== undefined)
      throw refused('without a ramp, whose schedule says the percentage', all);
    return flag;
  };
}
