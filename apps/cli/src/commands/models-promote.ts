import { modelReference, openModels } from '../compose/models.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { moveLine, moveOutput } from '../render/model-move.ts';
import { gateLines, planLines, planOutput } from '../render/model-trust.ts';

interface PromoteFlags {
  readonly expected?: string | undefined;
  readonly reason?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** What `--dry-run` shows, with the exit code that the move would have. */
async function plan(context: Context, registry: Registry, move: Asked): Promise<ExitCode> {
  const planned = await registry.planPromotion(move.model, move.alias, move.reference);
  if (context.json) await emitObject(context.output, 'PromotionPlan', planOutput(planned));
  else for (const line of planLines(planned, context.output.colors)) await context.output.line(line);
  return planned.allowed ? EXIT.ok : EXIT.refused;
}

type Registry = Awaited<ReturnType<typeof openModels>>['registry'];

interface Asked {
  readonly model: string;
  readonly alias: string;
  readonly reference: string;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const [, alias] = input.arguments;
  if (alias === undefined)
    throw usageError('Expected an alias, got none', 'Name it after the version: price@1.4.0 prod.');
  const { expected, reason, dryRun = false, force } = input.options as PromoteFlags;
  if (force === true && reason === undefined)
    throw usageError('Expected --reason with --force, got none', 'Say why, for those who read the history.');
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  if (dryRun) return await plan(context, registry, { model, alias, reference });
  const move = await registry.promote(model, alias, reference, {
    expected: expected === 'none' ? null : expected,
    reason,
    force,
  });
  if (context.json) await emitObject(context.output, 'ModelMove', moveOutput(model, move));
  else {
    for (const line of gateLines(move.gates ?? [], context.output.colors)) await context.output.line(line);
    await context.output.line(moveLine(model, move));
  }
  return EXIT.ok;
}

/** `holdfast models promote`. */
export const modelsPromote: CommandDefinition = {
  path: ['models', 'promote'],
  action: ({ options }) => ('force' in options && options.force === true ? 'models.override' : 'models.promote'),
  whose: 'models',
  summary: 'Let an alias point to a version of a model',
  description:
    'Where `models.gates` has gates for the alias, the version has to pass all of them: figures, no regression against the current version, the verdict of ' +
    'the inspection, a signature, a load test, approvals. All that fail are listed, and it ends with 7. `models rollback` goes back without.',
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
    { flags: '--dry-run', description: 'only show what the gates say' },
    { flags: '--force', description: 'also when gates fail; takes a --reason, which the history keeps with the gates' },
  ],
  examples: [
    { call: 'holdfast models promote price@1.4.0 prod --dry-run', does: 'What does it still need?' },
    { call: 'holdfast models promote price@1.4.0 prod --expected 1.3.2', does: 'Live, unless somebody was faster' },
  ],
  output: { shape: 'ModelMove', dryRun: 'PromotionPlan' },
  run,
};
