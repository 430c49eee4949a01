import { checkFolderOf, writeOutput } from '../compose/files.ts';
import { pathOf } from '../compose/integrity.ts';
import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { output: named } = input.options as { readonly output?: string | undefined };
  const [version] = input.arguments;
  const output = named === undefined ? undefined : pathOf(context, named);
  if (output !== undefined) await checkFolderOf(output);
  const { manager } = await openReleases(context);
  const text = await manager.changelog(version, { signal: context.signal });
  if (output !== undefined) await writeOutput(output, text);
  if (context.json) await emitObject(context.output, 'ReleaseChangelog', { version, text, output });
  else if (output === undefined) await context.output.write(text);
  else context.messages.note(`Written to ${output}.`);
  return EXIT.ok;
}

/** `holdfast release changelog`. */
export const releaseChangelog: CommandDefinition = {
  path: ['release', 'changelog'],
  action: 'release.read',
  summary: 'Print what changed with each release, as Markdown',
  description: 'In the form of Keep a Changelog, newest first; with a version, of this one, with its notes.',
  arguments: [{ name: '[version]', description: 'the version, as 1.2.0 (default: all)' }],
  options: [{ flags: '--output <file>', description: 'where it goes, instead of standard output' }, ...RELEASE_OPTIONS],
  examples: [
    { call: 'holdfast release changelog 1.2.0', does: 'For an announcement' },
    { call: 'holdfast release changelog --output CHANGELOG.md', does: 'All releases, to a file' },
  ],
  output: { shape: 'ReleaseChangelog' },
  run,
};
