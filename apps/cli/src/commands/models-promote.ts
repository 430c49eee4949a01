import { modelReference, openModels } from '../compose/models.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { moveLine, moveOutput } from '../render/model-move.ts';

interface PromoteFlags {
  readonly expected?: string | undefined;
  readonly reason?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const [, alias] = input.arguments;
  if (alias === undefined)
    throw usageError('Expected an alias, got none', 'Name it after the version: price@1.4.0 prod.');
  const { expected, reason } = input.options as PromoteFlags;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const move = await registry.promote(model, alias, reference, {
    expected: expected === 'none' ? null : expected,
    reason,
  });
  if (context.json) await emitObject(context.output, 'ModelMove', moveOutput(model, move));
  else await context.output.line(moveLine(model, move));
  return EXIT.ok;
}

/** `holdfast models promote`. */
export const modelsPromote: CommandDefinition = {
  path: ['models', 'promote'],
  summary: 'Let an alias point to a version of a model',
  arguments: [
    { name: '<model@version>', description: 'a version, another alias, or nothing for the latest' },
    { name: '<alias>', description: 'such as prod or staging' },
  ],
  options: [
    {
      flags: '--expected <version>',
      description: 'only when it points there now; none when there must be no such alias',
    },
    { flags: '--reason <text>', description: 'why, for the history' },
  ],
  examples: [
    { call: 'holdfast models promote price@1.4.0 prod --expected 1.3.2', does: 'Live, unless somebody was faster' },
  ],
  output: { shape: 'ModelMove' },
  run,
};
