import { activeReleases } from '../compose/active-releases.ts';
import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { standingText } from '../render/release.ts';
import { displayText } from '../render/text.ts';

interface YankFlags {
  readonly reason: string;
  readonly undo?: true | undefined;
  readonly by?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { reason, undo = false, by } = input.options as YankFlags;
  const { manager } = await openReleases(context);
  const call = { reason, by, signal: context.signal };
  const [version = ''] = input.arguments;
  const marked = await (undo ? manager.unyankRelease(version, call) : manager.yankRelease(version, call));
  if (context.json) {
    await emitObject(context.output, 'ReleaseSummary', marked);
    return EXIT.ok;
  }
  await context.output.line(`${displayText(marked.version)}: ${standingText(marked)}`);
  const active = (await activeReleases(context, manager)).find(({ channel }) => channel === marked.channel);
  context.messages.note(
    displayText(`Active in ${marked.channel}: ${active === undefined ? 'nothing' : active.version}.`),
  );
  return EXIT.ok;
}

/** `holdfast release yank`. */
export const releaseYank: CommandDefinition = {
  path: ['release', 'yank'],
  action: 'release.yank',
  summary: 'Mark a release as one that nobody should use',
  description:
    'Nothing of it is deleted, and its version is not free again; the one before it is active. `--undo` takes the mark away. ' +
    'The history keeps both, with who, when and why.',
  arguments: [{ name: '<version>', description: 'the version, as 1.2.0' }],
  options: [
    { flags: '--reason <text>', description: 'why, for whoever finds it in use', required: true },
    { flags: '--undo', description: 'it may be used after all' },
    { flags: '--by <name>', description: 'who says so (default: who is logged in)' },
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast release yank 1.2.0 --reason "Loses orders at midnight"', does: 'Nobody should use it' },
    { call: 'holdfast release yank 1.2.0 --undo --reason "It was the database"', does: 'It was all right' },
  ],
  output: { shape: 'ReleaseSummary' },
  run,
};
