import { lintConfigured, MIGRATE_OPTIONS } from '../compose/migrations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { migrationWarningLines } from '../render/migrate.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { fail = false } = input.options as { readonly fail?: true | undefined };
  const warnings = await lintConfigured(context);
  if (context.json) await emitObject(context.output, 'MigrationLint', { warnings });
  else if (warnings.length === 0) context.messages.note('Nothing to say.');
  else await context.output.write(`${migrationWarningLines(warnings).join('\n')}\n`);
  const isRefused = warnings.some(({ rule }) => rule === 'contracts-in-expand');
  return isRefused || (fail && warnings.length > 0) ? EXIT.usage : EXIT.ok;
}

/** `holdfast migrate lint`. */
export const migrateLint: CommandDefinition = {
  path: ['migrate', 'lint'],
  action: 'migrate.read',
  summary: 'Warn of migrations that destroy data, lock tables or have no way back',
  description:
    'The database says only which SQL it is, and is not opened. A comment `-- lint: allow RULE` above a statement says that it is meant. ' +
    'Ends with 2 when an expand takes something away (contracts-in-expand): a deploy refuses it.',
  options: [...MIGRATE_OPTIONS, { flags: '--fail', description: 'exit with 2 if there is anything to say' }],
  examples: [
    { call: 'holdfast migrate lint --database postgres://host/shop --migrations migrations --fail', does: 'In CI' },
  ],
  output: { shape: 'MigrationLint' },
  run,
};
