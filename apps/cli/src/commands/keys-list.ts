import { openConfigured } from '../compose/compose.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { keyTable } from '../render/keys.ts';

async function run(context: Context): Promise<ExitCode> {
  await using repository = await openConfigured(context);
  const keys = await repository.keys.list();
  if (context.json) {
    await emitObject(context.output, 'KeyList', { keys });
    return EXIT.ok;
  }
  const [head = '', ...rows] = keyTable(keys);
  await context.output.write(`${[context.output.colors.bold(head), ...rows].join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast keys list`. */
export const keysList: CommandDefinition = {
  path: ['keys', 'list'],
  action: 'keys.list',
  summary: 'List what opens the repository',
  description: 'The key that opened it this time has a star.',
  examples: [{ call: 'holdfast keys list', does: 'Who and what can get in?' }],
  output: { shape: 'KeyList' },
  run,
};
