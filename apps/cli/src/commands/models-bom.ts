import { modelReference, openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const bom = await registry.bom(model, reference);
  if (context.json) await emitObject(context.output, 'ModelBom', JSON.parse(bom) as ShapeOf<'ModelBom'>);
  else await context.output.write(bom);
  return EXIT.ok;
}

/** `holdfast models bom`. */
export const modelsBom: CommandDefinition = {
  path: ['models', 'bom'],
  action: 'models.read',
  whose: 'models',
  summary: 'Write the ML-BOM of a version (CycloneDX 1.6, JSON)',
  description:
    'The model with its digest, card and pedigree, its data and framework. The same version gives the same bytes.',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  examples: [{ call: 'holdfast models bom price@prod > price.cdx.json', does: 'For whoever asks what is in it' }],
  output: { shape: 'ModelBom' },
  run,
};
