import { openConfigured } from '../compose/compose.ts';
import { policyText } from '../compose/tenants.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tenantLines } from '../render/tenant.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [name = ''] = input.arguments;
  await using repository = await openConfigured(context);
  const tenant = await repository.tenants.show(name);
  const isThere = tenant.status === 'active' || tenant.status === 'held';
  const stats = isThere ? await repository.tenant(tenant.name).stats() : undefined;
  if (context.json) await emitObject(context.output, 'TenantShown', { tenant, stats });
  else {
    const lines = tenantLines(tenant, { stats, policyText: await policyText(context) });
    await context.output.write(`${lines.join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast tenant show`. */
export const tenantShow: CommandDefinition = {
  path: ['tenant', 'show'],
  action: 'tenant.read',
  whose: 'argument',
  summary: 'Show a tenant: sizes, settings and its legal hold',
  arguments: [{ name: '<name>', description: 'the tenant' }],
  examples: [{ call: 'holdfast tenant show property1', does: 'How much does it have, and what is it held for?' }],
  output: { shape: 'TenantShown' },
  run,
};
