import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { releaseDiffLines } from '../render/release-diff.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [from = '', to = ''] = input.arguments;
  const { manager } = await openReleases(context);
  const diff = await context.timed('compare', () => manager.diffReleases(from, to, { signal: context.signal }));
  if (context.json) await emitObject(context.output, 'ReleaseDifference', diff);
  else await context.output.write(`${releaseDiffLines(diff).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast release diff`. */
export const releaseDiff: CommandDefinition = {
  path: ['release', 'diff'],
  action: 'release.read',
  summary: 'Compare two releases: files, components, migrations, flags',
  description:
    'What is in the second and not in the first has a +, the other way round a -, and M is what is not the same.',
  arguments: [
    { name: '<from>', description: 'a version' },
    { name: '<to>', description: 'another one' },
  ],
  options: RELEASE_OPTIONS,
  examples: [{ call: 'holdfast release diff 1.1.0 1.2.0', does: 'What would an upgrade bring?' }],
  output: { shape: 'ReleaseDifference' },
  run,
};
