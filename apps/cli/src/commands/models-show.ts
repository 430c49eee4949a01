import { modelReference, openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { versionLines, versionOutput } from '../render/model.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const version = await registry.get(model, reference);
  const aliases = Object.entries(await registry.aliases(model)).flatMap(([alias, to]) =>
    to === version.version ? [alias] : [],
  );
  const beside = { aliases, trust: await registry.trust(model, version.version) };
  if (context.json) await emitObject(context.output, 'ModelVersion', versionOutput(version, beside));
  else for (const line of versionLines(version, beside)) await context.output.line(line);
  return EXIT.ok;
}

/** `holdfast models show`. */
export const modelsShow: CommandDefinition = {
  path: ['models', 'show'],
  action: 'models.read',
  whose: 'models',
  summary: 'Show all that is known of a version of a model, and who vouches for it',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  examples: [{ call: 'holdfast models show price@prod', does: 'What is live?' }],
  output: { shape: 'ModelVersion' },
  run,
};
