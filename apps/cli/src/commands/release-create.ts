import type { Release, ReleasePlan } from '@x/versioning';
import { releaseFailure } from '../compose/release-failure.ts';
import { releaseProgress } from '../compose/release-progress.ts';
import { openReleases } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { releasedLine } from '../render/released.ts';
import { showPlan } from './release-plan.ts';
import { WANTED_OPTIONS, type WantedFlags, wantedRelease } from './release-wanted.ts';

interface CreateFlags extends WantedFlags {
  readonly dryRun?: true | undefined;
}

interface Made {
  readonly release: Release;
  readonly plan: ReleasePlan;
  readonly store: string;
}

async function create(context: Context, flags: WantedFlags): Promise<Made> {
  const progress = releaseProgress(context.messages);
  const { manager, workspace, store, checkPlace, prepare } = await openReleases(context, {
    signs: true,
    push: flags.push,
    onEvent: progress.onEvent,
  });
  await checkPlace();
  const wanted = await wantedRelease(context, flags, workspace.migrations);
  const plan = await context.timed('plan the release', () => manager.planRelease(wanted));
  const { version, reason } = plan.release;
  context.messages.detail(`${plan.release.name}: ${reason}`);
  await prepare();
  try {
    const release = await context.timed('release', () => manager.createRelease(plan, { signal: context.signal }));
    return { release, plan, store };
  } catch (error) {
    progress.end();
    throw await releaseFailure(context, error, { manager, version, hasBegun: progress.hasBegun });
  } finally {
    progress.end();
  }
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false, ...flags } = input.options as CreateFlags;
  if (dryRun) return showPlan(context, flags);
  const { release, plan, store } = await create(context, flags);
  if (context.json) await emitObject(context.output, 'Release', release);
  else if (context.messages.quiet) await context.output.line(release.version);
  else await context.output.line(releasedLine(release, { store, plan }));
  return EXIT.ok;
}

/** `holdfast release create`. */
export const releaseCreate: CommandDefinition = {
  path: ['release', 'create'],
  summary: 'Make a release: changelog, commit, artefact, SBOM, signature, tag',
  description:
    'Without a version: the one that the changes since the last release ask for. What stands in the way is told before anything is done. ' +
    'When a step fails, and at Ctrl-C, everything is taken back, unless the release is published by then; when the program was killed, ' +
    '`release status` says what to do. Here `-v` is the version, so the list of all details is `--verbose`.',
  options: [...WANTED_OPTIONS, { flags: '--dry-run', description: 'only show the plan, as `release plan` does' }],
  examples: [
    { call: 'holdfast release create', does: 'The version that the commits ask for' },
    { call: 'holdfast release create -v 1.2.0 -n "Prices in yen." --push', does: 'With notes, and to the remote' },
    { call: 'holdfast release create --channel beta --sign-key release.pem', does: 'A signed pre-release' },
    { call: 'holdfast release create --bump major --dry-run', does: 'Look at it first' },
  ],
  output: { shape: 'Release', dryRun: 'ReleasePlan' },
  run,
};
