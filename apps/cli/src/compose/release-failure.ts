import type { ReleaseManager, ReleaseRun } from '@x/versioning';
import type { Context } from '../program/context.ts';

/** What a release that was stopped has left. */
interface Stopped {
  readonly manager: ReleaseManager;
  readonly version: string;
  /** Whether it had begun to do anything. */
  readonly hasBegun: boolean;
}

/** The end by a signal, with what is to be done about a release. */
class ReleaseStopped extends Error {
  override readonly name: string = 'AbortError';
  readonly code: string = 'ABORTED';
  readonly hint: string;

  constructor(cause: unknown, hint: string) {
    super('The release was stopped', { cause });
    this.hint = hint;
  }
}

const isAbort = ({ name, code }: { readonly name?: unknown; readonly code?: unknown }): boolean =>
  name === 'AbortError' || code === 'ABORTED';

function hintOf(run: ReleaseRun | undefined, version: string): string {
  if (run === undefined) return `Nothing is left of ${version}: run the same command again to release it.`;
  if (run.isPublished) return `${version} is published, and has yet to be pushed: \`holdfast release resume\` goes on.`;
  return '`holdfast release resume` goes on with it, `holdfast release resume --undo` takes it back.';
}

/** Says what a failed release has left, and returns the error that the command ends with. */
export async function releaseFailure(context: Context, error: unknown, stopped: Stopped): Promise<unknown> {
  const { manager, version, hasBegun } = stopped;
  const wasStopped = isAbort(error as Error);
  if (!hasBegun) return wasStopped ? new ReleaseStopped(error, hintOf(undefined, version)) : error;
  let run: ReleaseRun | undefined;
  try {
    run = (await manager.runs()).find((each) => each.version === version);
  } catch {
    // The error itself says more than that this could not be found out.
    return error;
  }
  if (run === undefined && !context.json) context.messages.note(`What was done for ${version} was taken back.`);
  return wasStopped ? new ReleaseStopped(error, hintOf(run, version)) : error;
}
