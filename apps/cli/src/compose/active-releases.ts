import type { ReleaseManager, ReleaseSummary, VersionInfo } from '@x/versioning';
import type { Context } from '../program/context.ts';

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/** Of each channel, the release that is active: the highest version that was not yanked. */
export async function activeReleases(context: Context, manager: ReleaseManager): Promise<readonly ReleaseSummary[]> {
  const { signal, messages } = context;
  const usable = await manager.listReleases({ yanked: false, signal });
  const channels = [...new Set(usable.map(({ channel }) => channel))].toSorted();
  const found = await Promise.all(
    channels.map(async (channel) => {
      try {
        const active = await manager.getActiveRelease(channel, { signal });
        return usable.filter(({ version }) => version === active?.version);
      } catch (error) {
        // A list has to be there above all when something is damaged.
        if (codeOf(error) !== 'RELEASE_DAMAGED') throw error;
        messages.warn(`The active release of ${channel} is damaged: ${(error as Error).message}`);
        return [];
      }
    }),
  );
  return found.flat();
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
