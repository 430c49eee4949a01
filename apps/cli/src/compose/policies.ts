import type { RetentionPolicy } from '@x/retention';
import type { Settings } from '../config/fields.ts';
import { resolvePath } from '../config/locations.ts';
import type { WrittenPolicies } from '../config/policies.ts';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { readInput } from './files.ts';
import { type KeepFlags, policyTextOf } from './keep-options.ts';
import { isTaken, readPolicy, TAKEN } from './written-policy.ts';

/** Loads the package. */
export const retention = (context: Context): Promise<typeof import('@x/retention')> =>
  context.timed('load retention', () => import('@x/retention'));

/**
 * The policies that the flags ask for, as they are for a tenant.
 *
 * @throws {RetentionError} `INVALID_POLICY`, `INVALID_POLICY_TEXT`; {CliError} `USAGE`, `UNREADABLE`.
 */
export async function policiesFor(
  context: Context,
  flags: KeepFlags,
  tenant: string,
): Promise<readonly RetentionPolicy[]> {
  const { settings } = await context.effective();
  const text = policyTextOf(flags);
  const policies = text === '' ? [] : [await readPolicy(text, 'options')];
  for (const named of flags.policy ?? []) policies.push(await policyNamed(context, settings, named, tenant));
  return policies;
}

/** What a word of `--policy` means: a file, a name from the configuration, a preset, or the text of a policy. */
async function policyNamed(
  context: Context,
  settings: Settings,
  named: string,
  tenant: string,
): Promise<RetentionPolicy> {
  if (named.startsWith('@')) return readPolicyFile(context, named.slice(1));
  const { 'retention.policies': policies, 'retention.tenants': tenants } = settings;
  const own = within(Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined, named);
  const configured = own ?? within(policies, named);
  if (configured !== undefined) {
    const path = own === undefined ? `retention.policies.${named}` : `retention.tenants.${tenant}.${named}`;
    if (await isTaken(named))
      throw new CliError('CONFIG_INVALID', `${path}: ${TAKEN}`, { hint: 'Give it another name.' });
    return readConfigured(configured, own === undefined ? named : `${named} of ${tenant}`, path);
  }
  const { parsePolicy, presets } = await retention(context);
  const preset = Object.hasOwn(presets, named) ? presets[named as keyof typeof presets] : undefined;
  if (preset !== undefined) return preset;
  // A word without a number is meant as a name.
  if (/^[^\d*=]+$/.test(named)) throw unknownName(named, [...Object.keys(policies), ...Object.keys(presets)]);
  return parsePolicy(named);
}

const within = (policies: WrittenPolicies | undefined, name: string): WrittenPolicies[string] | undefined =>
  policies !== undefined && Object.hasOwn(policies, name) ? policies[name] : undefined;

async function readConfigured(written: WrittenPolicies[string], name: string, path: string): Promise<RetentionPolicy> {
  try {
    return await readPolicy(written, name);
  } catch (cause) {
    const { message, hint } = cause as Error & { readonly hint?: string | undefined };
    throw new CliError('CONFIG_INVALID', `${path}: ${message}`, { cause, hint });
  }
}

function unknownName(named: string, known: readonly string[]): Error {
  return usageError(
    `Expected a policy, got ${JSON.stringify(named)}`,
    `Names here: ${known.join(', ')}. Or write it as text: "7d 4w 12m".`,
  );
}

async function readPolicyFile(context: Context, file: string): Promise<RetentionPolicy> {
  const path = resolvePath(file, context.workingDirectory);
  const text = (await readInput(path, 'a policy', 'Check the path.')).toString('utf8');
  let written: unknown;
  try {
    written = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw usageError(`Expected a policy as JSON in ${path}, got something else`, 'As {"daily": 7, "weekly": 4}.');
  }
  return readPolicy(written as WrittenPolicies[string], file);
}
