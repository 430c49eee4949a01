import { workspaceInfo } from '../compose/active-releases.ts';
import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { standingText, versionText, workspaceText } from '../render/release.ts';
import { factLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { channel = 'stable' } = input.options as { readonly channel?: string | undefined };
  const { manager } = await openReleases(context);
  const active = await manager.getActiveRelease(channel, { signal: context.signal });
  const workspace = await workspaceInfo(context, manager);
  if (context.json) {
    await emitObject(context.output, 'ReleaseCurrent', { channel, active, workspace });
  } else if (context.messages.quiet) {
    if (active !== undefined) await context.output.line(active.version);
  } else {
    const lines = factLines([
      [
        'active',
        active === undefined
          ? displayText(`nothing in the channel ${channel}`)
          : `${versionText(active)}, ${standingText(active)}`,
      ],
      ['checkout', workspaceText(workspace)],
    ]);
    await context.output.write(`${lines.join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast release current`. */
export const releaseCurrent: CommandDefinition = {
  path: ['release', 'current'],
  action: 'release.read',
  summary: 'Say which release is active, and what is checked out',
  description:
    'Active is the highest version of a channel that was not yanked. What is checked out has how far it is from the version in its past: ' +
    '1.2.0+4.g3f2a91b.dirty is four commits on, with changes that are in none.',
  options: [{ flags: '--channel <name>', description: 'which one (default: stable)' }, ...RELEASE_OPTIONS],
  examples: [
    { call: 'holdfast release current', does: 'Which version should be in use?' },
    { call: 'holdfast release current --channel beta --quiet', does: 'The version alone' },
  ],
  output: { shape: 'ReleaseCurrent' },
  run,
};
