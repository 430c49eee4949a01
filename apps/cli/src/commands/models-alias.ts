import { openModels } from '../compose/models.ts';
import { demandPast } from '../config/past-moment.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { factLines } from '../render/table.ts';
import { moveLine } from '../render/model-move.ts';

interface AliasFlags {
  readonly at?: string | undefined;
  readonly remove?: string | undefined;
  readonly reason?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model = ''] = input.arguments;
  const { at, remove, reason } = input.options as AliasFlags;
  if (remove !== undefined && at !== undefined)
    throw usageError('Expected --at or --remove, got both', 'The past does not change.');
  const moment = at === undefined ? undefined : demandPast(at);
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  if (remove !== undefined) {
    const move = await registry.removeAlias(model, remove, { reason });
    if (context.json)
      await emitObject(context.output, 'ModelAliases', { model, aliases: { ...(await registry.aliases(model)) } });
    else await context.output.line(moveLine(model, move));
    return EXIT.ok;
  }
  const aliases = await registry.aliases(model, { at: moment });
  if (context.json) await emitObject(context.output, 'ModelAliases', { model, aliases: { ...aliases } });
  else for (const line of factLines(Object.entries(aliases))) await context.output.line(line);
  return EXIT.ok;
}

/** `holdfast models alias`. */
export const modelsAlias: CommandDefinition = {
  path: ['models', 'alias'],
  action: ({ options }) => ((options as AliasFlags).remove === undefined ? 'models.read' : 'models.promote'),
  whose: 'models',
  summary: 'Show where the aliases of a model point, or pointed, or take one away',
  arguments: [{ name: '<model>', description: 'name of the model' }],
  options: [
    { flags: '--at <time>', description: 'as it was then: 2026-03-03 14:00, yesterday 14:00, 3 days ago' },
    { flags: '--remove <alias>', description: 'take this alias away' },
    { flags: '--reason <text>', description: 'why, for the history' },
  ],
  examples: [{ call: "holdfast models alias price --at '2026-03-03 14:00'", does: 'What was live then?' }],
  output: { shape: 'ModelAliases' },
  run,
};
