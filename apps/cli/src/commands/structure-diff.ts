import { openConfiguredStructure } from '../compose/structure.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [before = '', after = 'latest'] = input.arguments;
  const { repository, structure } = await openConfiguredStructure(context);
  await using _ = repository;
  const changes = await structure.diff(before, after);
  if (context.json) {
    await emitObject(context.output, 'StructureDiff', { before, after, changes });
    return EXIT.ok;
  }
  const { green, red, yellow } = context.output.colors;
  const signs = { added: green('+'), removed: red('-'), changed: yellow('~') };
  for (const { part, change, name, before: old, after: now } of changes) {
    const versions = old === now ? '' : ` ${[old, now].filter((each) => each !== undefined).join(' → ')}`;
    await context.output.line(`${signs[change]} ${part} ${displayText(name)}${versions}`);
  }
  if (changes.length === 0) context.messages.note('Nothing differs.');
  return EXIT.ok;
}

/** `holdfast structure diff`. */
export const structureDiff: CommandDefinition = {
  path: ['structure', 'diff'],
  action: 'structure.read',
  summary: 'Show what two versions of the shared structure differ in',
  arguments: [
    { name: '<before>', description: 'a version, such as 1.4.0' },
    { name: '[after]', description: 'another one; default: latest' },
  ],
  examples: [{ call: 'holdfast structure diff 1.4.0 2.0.0', does: 'Which components are other ones?' }],
  output: { shape: 'StructureDiff' },
  run,
};
