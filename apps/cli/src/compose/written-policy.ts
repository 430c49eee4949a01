import type { RetentionPolicy } from '@x/retention';
import type { RetentionConfig, WrittenPolicy } from '../config/policies.ts';
import type { ConfigProblem } from '../config/problems.ts';

/**
 * A policy from its written form. Reasons call it by `name` unless it has a name of its own.
 *
 * @throws {RetentionError} `INVALID_POLICY`, `INVALID_POLICY_TEXT`.
 */
export async function readPolicy(written: WrittenPolicy, name: string): Promise<RetentionPolicy> {
  // Assertions need a type that is written down.
  const retention: typeof import('@x/retention') = await import('@x/retention');
  const policy: unknown = typeof written === 'string' ? retention.parsePolicy(written) : written;
  retention.checkPolicy(policy);
  return { ...policy, name: policy.name ?? name };
}

/** What is said of such a name. */
export const TAKEN = 'Expected a name that is neither that of a preset nor the text of a policy';

/**
 * Whether a name means something also where this configuration is not found: a preset, or the text of a policy. There, other snapshots
 * would stay than meant, and nobody would be told.
 */
export async function isTaken(name: string): Promise<boolean> {
  const { parsePolicy, presets } = await import('@x/retention');
  if (name.startsWith('@') || Object.hasOwn(presets, name)) return true;
  try {
    parsePolicy(name);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with the policies and the time zone of a configuration that is sound otherwise. */
export async function policyProblems(content: unknown): Promise<ConfigProblem[]> {
  const { retention = {} } = content as { readonly retention?: RetentionConfig | undefined };
  const { policies = {}, tenants = {}, timeZone } = retention;
  const problems: ConfigProblem[] = [];
  const attempt = async (path: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const { message, hint } = error as Error & { readonly hint?: string | undefined };
      problems.push({ path, message: `${path}: ${message}`, hint });
    }
  };
  const { planRetention } = await import('@x/retention');
  for (const [name, written] of Object.entries(policies)) {
    const path = `retention.policies.${name}`;
    await attempt(path, () => readPolicy(written, name));
    if (await isTaken(name)) problems.push({ path, message: `${path}: ${TAKEN}`, hint: 'Give it another name.' });
  }
  for (const [tenant, overrides] of Object.entries(tenants)) {
    for (const [name, written] of Object.entries(overrides)) {
      const path = `retention.tenants.${tenant}.${name}`;
      await attempt(path, () => readPolicy(written, name));
      if (Object.hasOwn(policies, name)) continue;
      const message = `Expected ${path} to be instead of a policy, got a name that no policy has`;
      problems.push({ path, message, hint: `Add retention.policies.${name}: what holds for all other tenants.` });
    }
  }
  if (timeZone !== undefined) {
    await attempt('retention.timeZone', async () => planRetention([], {}, { now: 0, timeZone }));
  }
  return problems;
}
