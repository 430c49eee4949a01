import type { Release } from '@x/versioning';
import { releaseProgress } from '../compose/release-progress.ts';
import { openReleases, RELEASE_OPTIONS, type ReleasesOptions, SIGNING_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { releasedLine } from '../render/released.ts';
import { displayText } from '../render/text.ts';

interface ResumeFlags {
  readonly undo?: true | undefined;
  readonly takeOver?: true | undefined;
  readonly by?: string | undefined;
}

interface Call {
  readonly version: string | undefined;
  readonly takeOver: true | undefined;
  readonly by: string | undefined;
  readonly signal: AbortSignal;
}

/** Goes on with a release. The key is opened only where it has yet to sign: else nobody is asked for its passphrase. */
async function goOn(context: Context, call: Call, onEvent: ReleasesOptions['onEvent']): Promise<ExitCode> {
  const { manager } = await openReleases(context);
  const runs = await manager.runs({ signal: call.signal });
  const open = runs.find(({ version }) => call.version === undefined || version === call.version);
  const signs = open !== undefined && open.plan.signedBy !== undefined && !open.done.includes('manifest');
  const { manager: signing, store } = await openReleases(context, { signs, onEvent });
  const release: Release = await signing.resumeRelease(call);
  const { version } = release;
  if (context.json) await emitObject(context.output, 'ReleaseResumed', { version, undone: false, release });
  else if (context.messages.quiet) await context.output.line(version);
  else await context.output.line(releasedLine(release, { store, plan: open?.plan ?? {} }));
  return EXIT.ok;
}

async function undo(context: Context, call: Call, onEvent: ReleasesOptions['onEvent']): Promise<ExitCode> {
  const { manager } = await openReleases(context, { onEvent });
  const { version } = await manager.undoRelease(call);
  if (context.json) await emitObject(context.output, 'ReleaseResumed', { version, undone: true });
  else await context.output.line(displayText(`undone ${version}: nothing of it is left`));
  return EXIT.ok;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { undo: isUndoing = false, takeOver, by } = input.options as ResumeFlags;
  const call = { version: input.arguments[0], takeOver, by, signal: context.signal };
  const { onEvent, end } = releaseProgress(context.messages);
  return await (isUndoing ? undo : goOn)(context, call, onEvent).finally(end);
}

/** `holdfast release resume`. */
export const releaseResume: CommandDefinition = {
  path: ['release', 'resume'],
  action: 'release.create',
  summary: 'Go on with a release that was killed, or take it back',
  description:
    'What was done before is not done again; what is made is what was planned. With `--undo`, files, commit and tag are as they were before, ' +
    'and the version is free. A release that is published can only be completed. `release status` says what there is.',
  arguments: [{ name: '[version]', description: 'which one, where there are several' }],
  options: [
    { flags: '--undo', description: 'take it back' },
    { flags: '--take-over', description: 'although it may still run elsewhere: be certain that it does not' },
    { flags: '--by <name>', description: 'who goes on with it (default: who is logged in)' },
    ...SIGNING_OPTIONS,
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast release resume', does: 'Go on where it was killed' },
    { call: 'holdfast release resume 1.2.0 --undo', does: 'As if it had never begun' },
  ],
  output: { shape: 'ReleaseResumed' },
  run,
};
