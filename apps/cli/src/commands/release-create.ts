import { makeRelease } from '../compose/release-made.ts';
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

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false, ...flags } = input.options as CreateFlags;
  if (dryRun) return showPlan(context, flags);
  const { release, plan, store } = await makeRelease(context, {
    push: flags.push,
    wanted: async (migrations) => wantedRelease(context, flags, migrations),
  });
  if (context.json) await emitObject(context.output, 'Release', release);
  else if (context.messages.quiet) await context.output.line(release.version);
  else await context.output.line(releasedLine(release, { store, plan }));
  return EXIT.ok;
}

/** `holdfast release create`. */
export const releaseCreate: CommandDefinition = {
  path: ['release', 'create'],
  action: 'release.create',
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
