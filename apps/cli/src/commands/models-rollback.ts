import { openModels } from '../compose/models.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { moveLine, moveOutput } from '../render/model-move.ts';

interface RollbackFlags {
  readonly reason?: string | undefined;
  readonly force?: boolean | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model = '', alias = ''] = input.arguments;
  const { reason, force } = input.options as RollbackFlags;
  if (force === true && reason === undefined)
    throw usageError('Expected --reason with --force, got none', 'Say why, for those who read the history.');
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const move = await registry.rollback(model, alias, { reason, force });
  if (context.json) await emitObject(context.output, 'ModelMove', moveOutput(model, move));
  else await context.output.line(moveLine(model, move));
  return EXIT.ok;
}

/** `holdfast models rollback`. */
export const modelsRollback: CommandDefinition = {
  path: ['models', 'rollback'],
  action: ({ options }) => ('force' in options && options.force === true ? 'models.override' : 'models.promote'),
  whose: 'models',
  summary: 'Let an alias point to where it pointed before',
  description:
    'Goes one step back each time: what was rolled back from does not count. There are no gates, but a version that a scrub has found damaged, or whose content ' +
    'the repository has no longer, is refused without --force. Contents are not read for it.',
  arguments: [
    { name: '<model>', description: 'name of the model' },
    { name: '<alias>', description: 'such as prod' },
  ],
  options: [
    { flags: '--reason <text>', description: 'why, for the history' },
    { flags: '--force', description: 'also to what is known to be damaged; takes a --reason' },
  ],
  examples: [
    { call: "holdfast models rollback price prod --reason 'errors doubled'", does: 'Back to the version before' },
  ],
  output: { shape: 'ModelMove' },
  run,
};
