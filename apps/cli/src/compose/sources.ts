import { CliError } from '../errors.ts';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { checkoutRoot, ignoredPatterns } from '../git/checkout.ts';

/** What a backup reads. */
export interface ChosenSources {
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  /** Databases, as they are configured. */
  readonly databases?: readonly string[] | undefined;
  /** `checkout`: nobody named anything, so it is the project without what git ignores. */
  readonly from: 'arguments' | 'configuration' | 'checkout';
}

/** The configured sources or, in a checkout without any, its root; `undefined` when there is neither. */
export async function standingSources(context: Context, effective: Effective): Promise<ChosenSources | undefined> {
  const exclude = effective.settings['sources.exclude'];
  const configured = effective.settings['sources.paths'];
  const databases = effective.settings['sources.databases'];
  if (configured.length + databases.length > 0) return { paths: configured, exclude, databases, from: 'configuration' };
  const root = await checkoutRoot(context.workingDirectory);
  return root === undefined ? undefined : { paths: [root], exclude, from: 'checkout' };
}

/**
 * What `backup create` reads: its arguments, else the configured sources, else the checkout it is called in.
 * Configured exclusions count everywhere, `exclude` is added to them.
 *
 * @throws {CliError} `NOTHING_TO_BACK_UP`.
 */
export async function chooseSources(
  context: Context,
  effective: Effective,
  given: { readonly paths: readonly string[]; readonly exclude: readonly string[] },
): Promise<ChosenSources> {
  const exclude = [...effective.settings['sources.exclude'], ...given.exclude];
  if (given.paths.length > 0) return { paths: given.paths, exclude, from: 'arguments' };
  const standing = await standingSources(context, effective);
  if (standing === undefined) {
    throw new CliError('NOTHING_TO_BACK_UP', 'Expected a path to back up, got none', {
      hint: 'Name files or folders, or list them as sources.paths, or as modules of a tenant, in holdfast.config.json.',
    });
  }
  if (standing.from !== 'checkout') return { ...standing, exclude };
  const [root = ''] = standing.paths;
  const ignored = await context.timed('ask git what it ignores', () => ignoredPatterns(root));
  return { ...standing, exclude: [...exclude, ...ignored] };
}
