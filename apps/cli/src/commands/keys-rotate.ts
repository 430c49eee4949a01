import type { Repository } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { asksForKey, keyRequest, NEW_KEY_OPTIONS, type NewKeyFlags } from '../compose/keys.ts';
import { userName } from '../compose/user.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { keyTable } from '../render/keys.ts';
import { renderAdded } from './keys-add.ts';

interface RotateFlags extends NewKeyFlags {
  readonly slot?: string | undefined;
  readonly root?: boolean | undefined;
}

async function rotateRoot(context: Context, repository: Repository): Promise<ExitCode> {
  const { rotations, keys } = await context.timed('rotate the root key', () => repository.keys.rotateRoot());
  if (context.json) {
    await emitObject(context.output, 'KeysRotated', { rotations, keys });
    return EXIT.ok;
  }
  const [head = '', ...rows] = keyTable(keys);
  await context.output.write(`${[context.output.colors.bold(head), ...rows].join('\n')}\n`);
  context.messages.note(
    'All that is written from now on is sealed with new keys; these open it, as they open what was before. Backups that were ' +
      'under way go on with the former keys. Take from whoever is to be shut out the right to write to the place, too.',
  );
  return EXIT.ok;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as RotateFlags;
  const { slot, root } = flags;
  if ((slot === undefined) === (root === undefined)) {
    throw usageError(
      `Expected one of --slot and --root, got ${slot === undefined ? 'neither' : 'both'}`,
      'With --slot ID and a new secret, one key gets another secret; with --root, everything is sealed with new keys.',
    );
  }
  if (slot === undefined) {
    if (asksForKey(flags) || flags.label !== undefined)
      throw usageError('Expected no new key beside --root, got one', 'All keys go on to open the repository.');
    await using repository = await openConfigured(context);
    return await rotateRoot(context, repository);
  }
  const request = await keyRequest(context, flags);
  await using repository = await openConfigured(context);
  const labels = { label: flags.label, createdBy: userName() };
  const added = await context.timed('rotate the key', () => repository.keys.rotate(slot, request, labels));
  const keyFile = 'keyFile' in request ? request.keyFile : undefined;
  await renderAdded(context, added, { keyFile, replaced: slot });
  return EXIT.ok;
}

/** `holdfast keys rotate`. */
export const keysRotate: CommandDefinition = {
  path: ['keys', 'rotate'],
  action: 'keys.change',
  summary: 'Put a new secret in the place of a key, or make a new root key',
  description:
    'With --slot, one key gets another secret. With --root, everything is sealed with new keys from then on: whoever has kept ' +
    'what a removed key led to can still open what was written before, but nothing later. Packs are not written again, and no ' +
    'secret of another key is asked for.',
  options: [
    { flags: '--slot <id>', description: 'id of the key that gets a new secret, from `holdfast keys list`' },
    { flags: '--root', description: 'a new root key, and new keys of all tenants' },
    ...NEW_KEY_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast keys rotate --slot 3210d45a2358c2fb --new-passphrase-file -',
      does: 'Another passphrase, asked for twice',
    },
    { call: 'holdfast keys rotate --root', does: 'Somebody has left: shut them out of what comes' },
  ],
  output: { shape: 'KeysRotated' },
  run,
};
