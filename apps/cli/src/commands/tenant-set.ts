import { openConfigured } from '../compose/compose.ts';
import { policyText, settingsOf, TENANT_SETTINGS, type TenantSettingFlags } from '../compose/tenants.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tenantLines } from '../render/tenant.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [name = ''] = input.arguments;
  const flags = input.options as TenantSettingFlags;
  if (flags.quota === undefined && flags.retention === undefined)
    throw usageError(
      'Expected a setting to change, got none',
      'Give --quota or --retention, with none to take it away.',
    );
  const change = await settingsOf(context, flags, name);
  await using repository = await openConfigured(context);
  const tenant = await context.timed('change the tenant', () => repository.tenants.change(name, change));
  if (context.json) await emitObject(context.output, 'Tenant', tenant);
  else if (!context.messages.quiet)
    await context.output.write(`${tenantLines(tenant, { policyText: await policyText(context) }).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast tenant set`. */
export const tenantSet: CommandDefinition = {
  path: ['tenant', 'set'],
  action: 'tenant.change',
  whose: 'argument',
  summary: 'Change the quota or the retention of a tenant',
  arguments: [{ name: '<name>', description: 'the tenant' }],
  options: [...TENANT_SETTINGS],
  examples: [
    { call: 'holdfast tenant set property1 --quota 80GB', does: 'More room' },
    { call: 'holdfast tenant set property1 --retention none', does: 'No policy of its own any more' },
  ],
  output: { shape: 'Tenant' },
  run,
};
