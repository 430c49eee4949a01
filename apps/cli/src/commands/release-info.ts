import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { changeLines, releaseFacts, textLines } from '../render/release.ts';
import { factLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { manager } = await openReleases(context);
  const release = await manager.getRelease(input.arguments[0] ?? '', { signal: context.signal });
  if (context.json) {
    await emitObject(context.output, 'Release', release);
    return EXIT.ok;
  }
  const { name, description, notes } = release;
  const lines = [
    displayText(name),
    ...(description.trim() === '' ? [] : textLines(description, '  ')),
    ...factLines(releaseFacts(release), '  '),
    '',
    ...changeLines(release),
    ...(notes.trim() === '' ? [] : ['', 'Notes', ...textLines(notes, '  ')]),
  ];
  await context.output.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast release info`. */
export const releaseInfo: CommandDefinition = {
  path: ['release', 'info'],
  action: 'release.read',
  aliases: ['show'],
  summary: 'Show everything about a release',
  description: 'Exits with 4 when there is none of this version. Nothing is verified but the digest of its manifest.',
  arguments: [{ name: '<version>', description: 'the version, as 1.2.0' }],
  options: RELEASE_OPTIONS,
  examples: [{ call: 'holdfast release info 1.2.0', does: 'What is in it, and who made it from which commit?' }],
  output: { shape: 'Release' },
  run,
};
