import type { ReleasePlan } from '@x/versioning';
import { openReleases } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { releasePlanLines } from '../render/release-plan.ts';
import { WANTED_OPTIONS, type WantedFlags, wantedRelease } from './release-wanted.ts';

/** Plans a release and shows it; nothing is changed. */
export async function showPlan(context: Context, flags: WantedFlags): Promise<ExitCode> {
  const { manager, workspace, checkPlace } = await openReleases(context, { signs: 'if-there', push: flags.push });
  await checkPlace();
  const wanted = await wantedRelease(context, flags, workspace.migrations);
  const plan: ReleasePlan = await context.timed('plan the release', () => manager.planRelease(wanted));
  if (context.json) await emitObject(context.output, 'ReleasePlan', plan);
  else if (context.messages.quiet) await context.output.line(plan.release.version);
  else await context.output.write(`${releasePlanLines(plan, context.messages.verbose).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast release plan`. */
export const releasePlan: CommandDefinition = {
  path: ['release', 'plan'],
  action: 'release.read',
  summary: 'Show what the next release would be, and do nothing',
  description:
    'The version and the reason for it, what has changed, and all that `release create` would do, with the same options. ' +
    'Exits with 4 when there is nothing to release.',
  options: WANTED_OPTIONS,
  examples: [
    { call: 'holdfast release plan', does: 'What would be released?' },
    { call: 'holdfast release plan --channel beta --json', does: 'A pre-release, for a program' },
  ],
  output: { shape: 'ReleasePlan' },
  run: (context: Context, input: CommandInput) => showPlan(context, input.options as WantedFlags),
};
