import { pathOf } from '../compose/integrity.ts';
import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { to } = input.options as { readonly to: string };
  // As tags are called, it is found as well.
  const version = (input.arguments[0] ?? '').replace(/^v/, '');
  const { manager } = await openReleases(context);
  const made = await manager.exportRelease(version, pathOf(context, to), { signal: context.signal });
  if (context.json) {
    await emitObject(context.output, 'ReleaseExported', { version, ...made });
    return EXIT.ok;
  }
  for (const file of made.files) await context.output.line(displayText(file));
  context.messages.note(`${formatNumberOf(made.files.length, 'file')} in ${displayText(made.folder)}.`);
  return EXIT.ok;
}

/** `holdfast release export`. */
export const releaseExport: CommandDefinition = {
  path: ['release', 'export'],
  action: 'release.export',
  summary: 'Write the files of a release to a folder',
  description:
    'Artefact, SBOM, release.json (its manifest), provenance.intoto.json where it is signed, and notes.md, each checked against its digest. ' +
    'The folder is made, or has to be empty.',
  arguments: [{ name: '<version>', description: 'the version, as 1.2.0' }],
  options: [{ flags: '--to <folder>', description: 'where they go', required: true }, ...RELEASE_OPTIONS],
  examples: [{ call: 'holdfast release export 1.2.0 --to /tmp/shop-1.2.0', does: 'For a server, or a download page' }],
  output: { shape: 'ReleaseExported' },
  run,
};
