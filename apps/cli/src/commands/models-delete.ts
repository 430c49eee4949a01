import { openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface DeleteFlags {
  readonly reason: string;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model = '', version = ''] = input.arguments;
  const { reason } = input.options as DeleteFlags;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  await registry.delete(model, version, { reason });
  if (context.json) await emitObject(context.output, 'ModelDeleted', { model, version, reason });
  else
    await context.output.line(
      `${model} ${version} is deleted; its space is freed by the next \`holdfast backup prune\``,
    );
  return EXIT.ok;
}

/** `holdfast models delete`. */
export const modelsDelete: CommandDefinition = {
  path: ['models', 'delete'],
  action: 'models.delete',
  whose: 'models',
  summary: 'Delete a version of a model that nobody needs',
  description: 'Refused while an alias points to it. Its number is not given again, and the history keeps what it was.',
  arguments: [
    { name: '<model>', description: 'name of the model' },
    { name: '<version>', description: 'the version' },
  ],
  options: [{ flags: '--reason <text>', description: 'why, for the history', required: true }],
  examples: [
    { call: "holdfast models delete price 1.3.1 --reason 'trained on test data'", does: 'Gone, and known why' },
  ],
  output: { shape: 'ModelDeleted' },
  run,
};
