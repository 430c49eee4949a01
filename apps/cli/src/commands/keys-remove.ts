import { openConfigured } from '../compose/compose.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [id = ''] = input.arguments;
  await using repository = await openConfigured(context);
  await context.timed('remove the key', () => repository.keys.remove(id));
  if (context.json) await emitObject(context.output, 'KeyRemoved', { removed: id });
  else {
    await context.output.line(`key ${id} opens the repository no more`);
    context.messages.note(
      'Whoever had it may have kept what it led to: `holdfast keys rotate --root` shuts them out of what is written from then on.',
    );
  }
  return EXIT.ok;
}

/** `holdfast keys remove`. */
export const keysRemove: CommandDefinition = {
  path: ['keys', 'remove'],
  action: 'keys.change',
  summary: 'Remove a key: it opens the repository no more',
  description:
    'Open the repository with another key, which proves that it works: the last one, and the one that was used, are not removed (exit 7).',
  arguments: [{ name: '<id>', description: 'id of the key, from `holdfast keys list`' }],
  examples: [
    { call: 'holdfast keys remove 3210d45a2358c2fb', does: 'A key that is not needed any more' },
    {
      call: 'holdfast keys remove 3210d45a2358c2fb --identity ~/ann.txt',
      does: 'The key file itself, with an identity of age as the proof',
    },
  ],
  output: { shape: 'KeyRemoved' },
  run,
};
