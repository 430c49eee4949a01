import type { ReleaseManager, ReleaseSummary, VersionInfo } from '@x/versioning';
import type { Context } from '../program/context.ts';

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/** Of each channel, the release that is active: the highest version that was not yanked. By name of the channel. */
export async function activeReleases(context: Context, manager: ReleaseManager): Promise<readonly ReleaseSummary[]> {
  const active = await manager.activeReleases({ signal: context.signal });
  return [...active.values()].toSorted((a, b) => (a.channel < b.channel ? -1 : 1));
}

const NO_CHECKOUT: ReadonlySet<unknown> = new Set(['GIT_NOT_FOUND', 'GIT_FAILED', 'NOT_A_CHECKOUT', 'NO_COMMITS']);

/** What lies in the checkout; nothing where there is none, or one without a commit. */
export async function workspaceInfo(context: Context, manager: ReleaseManager): Promise<VersionInfo | undefined> {
  try {
    return await manager.getVersionInfo({ signal: context.signal });
  } catch (error) {
    if (!NO_CHECKOUT.has(codeOf(error))) throw error;
    context.messages.debug(`no checkout: ${(error as Error).message}`);
    return undefined;
  }
}
