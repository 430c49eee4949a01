import type { ModelRegistry } from '../registry/contract.ts';
import type { ModelVersion } from '../versions/version.ts';

/** The part of feature flags that is used: `createFlags` of `@x/feature-flags` fits. */
export interface CanaryFlags {
  /** Whether a flag is on for somebody. */
  isEnabled(key: string, context: CanaryContext): boolean;
}

/** Whom a version is for. */
export interface CanaryContext {
  readonly tenant?: string | undefined;
  readonly user?: string | undefined;
  readonly [field: string]: unknown;
}

/** Options of {@link resolveVersion}. */
export interface ResolveOptions extends CanaryContext {
  /** Decides who gets the canary. */
  readonly flags: CanaryFlags;
  /** The flag. Default: `model-canary-` and the name of the model. */
  readonly flag?: string | undefined;
  /** The alias of the version that is tried. Default `canary`. */
  readonly canary?: string | undefined;
}

/** A version for somebody. */
export interface ResolvedVersion {
  readonly version: ModelVersion;
  /** Whether it is the one that is tried. */
  readonly isCanary: boolean;
}

/**
 * The version for a tenant or user: that of the canary alias when a flag is on for them, and there is one, or else that of the alias. A rollout keeps everybody where they are
 * as its percentage rises; back is the flag off, or the alias gone.
 *
 * @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`.
 *
 * @example
 * ```ts
 * import { createFlags } from '@x/feature-flags';
 * import { type ModelRegistry, resolveVersion } from '@x/ml-model-registry';
 *
 * const flags = createFlags({
 *   definition: { flags: { 'model-canary-price': { rollout: { percentage: 10, unit: 'tenant' } } } },
 * });
 * export async function versionFor(registry: ModelRegistry, tenant: string): Promise<string> {
 *   const { version } = await resolveVersion(registry, 'price@prod', { tenant, flags });
 *   return `price@${version.version}`; // for the cache
 * }
 * ```
 */
export async function resolveVersion(
  registry: Pick<ModelRegistry, 'get' | 'aliases'>,
  reference: string,
  options: ResolveOptions,
): Promise<ResolvedVersion> {
  const [model = '', alias = 'latest'] = reference.split('@');
  const { flags, flag = `model-canary-${model}`, canary = 'canary', ...context } = options;
  if (flags.isEnabled(flag, context)) {
    const aliases = await registry.aliases(model);
    const tried = Object.hasOwn(aliases, canary) ? aliases[canary] : undefined;
    if (tried !== undefined) return { version: await registry.get(model, tried), isCanary: true };
  }
  return { version: await registry.get(model, alias), isCanary: false };
}
