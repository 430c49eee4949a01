import type { AddedKey } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { keyRequest, NEW_KEY_OPTIONS, type NewKeyFlags, showRecoveryCode } from '../compose/keys.ts';
import { userName } from '../compose/user.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

/** Says which key was made, and shows its recovery code. */
export async function renderAdded(
  context: Context,
  added: AddedKey,
  made: { readonly keyFile?: string | undefined; readonly replaced?: string | undefined },
): Promise<void> {
  const { key, recoveryCode } = added;
  const { keyFile, replaced } = made;
  if (context.json && replaced === undefined) await emitObject(context.output, 'KeyAdded', { key, keyFile });
  else if (context.json) await emitObject(context.output, 'KeysRotated', { replaced, key, keyFile });
  else if (context.messages.quiet) await context.output.line(key.id);
  else {
    const place = keyFile === undefined ? '' : ` in ${keyFile}`;
    const instead = replaced === undefined ? 'opens the repository, too' : `is in the place of ${replaced}`;
    await context.output.line(`key ${key.id} (${key.type}${place}) ${instead}`);
  }
  if (recoveryCode !== undefined) await showRecoveryCode(context, recoveryCode);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as NewKeyFlags;
  const request = await keyRequest(context, flags);
  await using repository = await openConfigured(context);
  const labels = { label: flags.label, createdBy: userName() };
  const added = await context.timed('add the key', () => repository.keys.add(request, labels));
  await renderAdded(context, added, 'keyFile' in request ? request : {});
  return EXIT.ok;
}

/** `holdfast keys add`. */
export const keysAdd: CommandDefinition = {
  path: ['keys', 'add'],
  action: 'keys.change',
  summary: 'Add a key: from then on it opens the repository, too',
  description:
    'The repository is opened with a key that it has already. Recipients are public keys of age: nobody needs the ' +
    'identity to add one, and nobody can check here that it is the right one, so open the repository with it once. Keys of SSH ' +
    'and of plugins are not supported.',
  options: [...NEW_KEY_OPTIONS],
  examples: [
    { call: 'holdfast keys add --new-passphrase-file -', does: 'A passphrase, asked for twice' },
    { call: 'holdfast keys add --new-recovery-code --label "in the safe"', does: 'Another recovery code to print' },
    {
      call: 'holdfast keys add --recipient age1pq1… --label "ann, on call"',
      does: 'An identity of age that is elsewhere, safe from quantum computers',
    },
    { call: 'holdfast keys add --new-key-file /mnt/usb/work.key', does: 'A key file on a stick' },
  ],
  output: { shape: 'KeyAdded' },
  run,
};
