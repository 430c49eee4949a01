import type { DeclaredDestinations, Repository, StoredPolicy } from '@x/backup-store';
import type { RetentionPolicy } from '@x/retention';
import { demandBytes } from '../config/bytes.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import type { PolicyText } from '../render/tenant.ts';
import { policiesFor, retention } from './policies.ts';

/** Takes a setting away. */
const NONE = 'none';

/** Settings of a tenant as they are typed. */
export interface TenantSettingFlags {
  readonly quota?: number | typeof NONE | undefined;
  readonly retention?: string | undefined;
}

const quota = (text: string): number | typeof NONE => (text === NONE ? NONE : demandBytes(text));

/** The same, for the argument parser. */
export const TENANT_SETTINGS: readonly OptionDefinition[] = [
  {
    flags: '--quota <size>',
    description: 'most bytes that its packs may have, as 50GB; none for no limit',
    parse: quota,
  },
  {
    flags: '--retention <policy>',
    description:
      'what `backup forget` keeps of it when no policy is named: "7d 4w 12m", a name or @FILE; none for nothing',
  },
];

/** The settings that were given. @throws {RetentionError}, {CliError} for what is no policy. */
export async function settingsOf(
  context: Context,
  flags: TenantSettingFlags,
  tenant: string,
): Promise<{ readonly quotaBytes?: number | null | undefined; readonly retention?: StoredPolicy | null | undefined }> {
  const { quota: typed, retention: text } = flags;
  const quotaBytes = typed === NONE ? null : typed;
  if (text === undefined || text === NONE) return { quotaBytes, retention: text === undefined ? undefined : null };
  const [policy] = await policiesFor(context, { policy: [text] }, tenant);
  return { quotaBytes, retention: { ...policy } };
}

/** The policies that are stored with tenants, `retention.default` for others, and the names of those under a legal hold. */
export async function storedPolicies(
  context: Context,
  repository: Repository,
): Promise<{ readonly policies: ReadonlyMap<string, RetentionPolicy>; readonly held: ReadonlySet<string> }> {
  const all = await repository.tenants.list();
  const there = all.filter(({ status }) => status === 'active' || status === 'held');
  const rules: typeof import('@x/retention') = await retention(context);
  const { 'retention.default': named } = (await context.effective()).settings;
  const policies = new Map<string, RetentionPolicy>();
  for (const { name, retention: stored } of there) {
    if (stored === undefined) {
      const [policy] = named === undefined ? [] : await policiesFor(context, { policy: [named] }, name);
      if (policy !== undefined) policies.set(name, policy);
      continue;
    }
    const policy: unknown = stored;
    rules.checkPolicy(policy);
    policies.set(name, { ...policy, name: policy.name ?? `that of tenant ${name}` });
  }
  return { policies, held: new Set(there.flatMap(({ name, status }) => (status === 'held' ? [name] : []))) };
}

/** How stored policies are shown. */
export async function policyText(context: Context): Promise<PolicyText> {
  const rules: typeof import('@x/retention') = await retention(context);
  return (stored) => {
    try {
      const policy: unknown = stored;
      rules.checkPolicy(policy);
      return rules.formatPolicy(policy);
    } catch {
      return JSON.stringify(stored);
    }
  };
}

/** What is said of places on the command line: `NAME=DATE`, `NAME=none`, `NAME=unknown`. @throws {CliError} `USAGE`. */
export function destinationsOf(flags: {
  readonly mirror?: readonly string[] | undefined;
  readonly keyMirror?: readonly string[] | undefined;
  readonly storeCopies?: string | undefined;
  readonly keyStoreCopies?: string | undefined;
}): DeclaredDestinations | undefined {
  const { mirror = [], keyMirror = [], storeCopies: store, keyStoreCopies: keyStore } = flags;
  const mirrors = [...mirror.map((text) => mirrorOf(text)), ...keyMirror.map((text) => mirrorOf(text, 'keys'))];
  if (mirrors.length === 0 && store === undefined && keyStore === undefined) return undefined;
  return { store, keyStore, mirrors };
}

function mirrorOf(text: string, holds?: 'keys'): NonNullable<DeclaredDestinations['mirrors']>[number] {
  const at = text.lastIndexOf('=');
  if (at < 1) {
    throw usageError(
      `Expected a place and a date, got ${JSON.stringify(text)}`,
      'Write it as s3://bucket=2027-01-31, or with none or unknown for the date.',
    );
  }
  return { place: text.slice(0, at), copiesUntil: text.slice(at + 1), holds };
}
