import { openConfigured } from '../compose/compose.ts';
import { policyText } from '../compose/tenants.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tenantTable } from '../render/tenant.ts';

async function run(context: Context): Promise<ExitCode> {
  await using repository = await openConfigured(context);
  const tenants = await repository.tenants.list();
  if (context.json) {
    await emitObject(context.output, 'TenantList', { tenants });
    return EXIT.ok;
  }
  const [head = '', ...rows] = tenantTable(tenants, await policyText(context));
  await context.output.write(`${[context.output.colors.bold(head), ...rows].join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast tenant list`. */
export const tenantList: CommandDefinition = {
  path: ['tenant', 'list'],
  action: 'tenant.read',
  summary: 'List tenants',
  description: 'Those that were erased come last: their names and times are all that is left of them.',
  examples: [{ call: 'holdfast tenant list', does: 'Whose data is here?' }],
  output: { shape: 'TenantList' },
  run,
};
