import { openConfiguredStructure } from '../compose/structure.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { inventoryLines } from '../render/structure.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [version = 'latest'] = input.arguments;
  const { repository, structure } = await openConfiguredStructure(context);
  await using _ = repository;
  const inventory = await structure.inventory(version);
  if (context.json) await emitObject(context.output, 'StructureInventory', { version, inventory });
  else await context.output.write(`${inventoryLines(inventory).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast structure inventory`. */
export const structureInventory: CommandDefinition = {
  path: ['structure', 'inventory'],
  action: 'structure.read',
  summary: 'List what a version of the shared structure is made of',
  description:
    'Components with their versions and what they need, languages with the texts that they lack, styles, migrations.',
  arguments: [{ name: '[version]', description: 'a version, such as 1.4.0; default: latest' }],
  examples: [{ call: 'holdfast structure inventory 1.4.0', does: 'Which components were in it?' }],
  output: { shape: 'StructureInventory' },
  run,
};
