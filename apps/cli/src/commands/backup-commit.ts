import { openConfigured } from '../compose/compose.ts';
import { commitConfigured } from '../compose/manifest-branch.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context): Promise<ExitCode> {
  const effective = await context.effective();
  await using repository = await openConfigured(context);
  const { branch, commit, paths } = await commitConfigured(context, effective, repository);
  if (context.json) {
    await emitObject(context.output, 'CommittedManifests', { branch, commit, paths: [...paths] });
    return EXIT.ok;
  }
  const what =
    commit === undefined
      ? 'has all manifests'
      : `${formatNumberOf(paths.length, 'manifest')}, commit ${commit.slice(0, 12)}`;
  await context.output.line(`${displayText(branch)}: ${what}`);
  for (const path of paths) context.messages.detail(displayText(path));
  return EXIT.ok;
}

/** `holdfast backup commit`. */
export const backupCommit: CommandDefinition = {
  path: ['backup', 'commit'],
  summary: 'Commit the manifests of snapshots to a branch of git',
  description:
    'The manifest of each snapshot that the branch (git.branch, default backups) does not have: who was backed up when, how much, and the digest of it all; no content. ' +
    'Neither the files nor the index of the checkout are touched, and what is forgotten in the repository stays in the branch. With git.enabled, `backup create` does it, too.',
  examples: [{ call: 'holdfast backup commit', does: 'All that are missing' }],
  output: { shape: 'CommittedManifests' },
  run,
};
