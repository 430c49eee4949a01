import { openConfigured } from '../compose/compose.ts';
import { settingsOf, TENANT_SETTINGS, type TenantSettingFlags } from '../compose/tenants.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface AddFlags extends TenantSettingFlags {
  readonly shareWith?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [name = ''] = input.arguments;
  const flags = input.options as AddFlags;
  const { quotaBytes, retention } = await settingsOf(context, flags, name);
  await using repository = await openConfigured(context);
  const { shareWith: sharesWith } = flags;
  const settings = { quotaBytes: quotaBytes ?? undefined, retention: retention ?? undefined, sharesWith };
  const tenant = await context.timed('add the tenant', () => repository.tenants.add(name, settings));
  if (context.json) await emitObject(context.output, 'Tenant', tenant);
  else if (context.messages.quiet) await context.output.line(tenant.id);
  else {
    const whose =
      sharesWith === undefined ? 'keys of its own' : `the keys of ${tenant.sharesWith.map(displayText).join(', ')}`;
    await context.output.line(`tenant ${displayText(tenant.name)} is there, with ${whose}`);
  }
  return EXIT.ok;
}

/** `holdfast tenant add`. */
export const tenantAdd: CommandDefinition = {
  path: ['tenant', 'add'],
  action: 'tenant.change',
  whose: 'argument',
  summary: 'Add a tenant, with keys and a dedup domain of its own',
  description:
    'Names may be in any script; those that are the same in NFC are one. From the first that is added on, no backup makes a tenant by ' +
    'itself: one whose name has a typing error would be another tenant.',
  arguments: [{ name: '<name>', description: 'what it is called, 1 to 128 bytes' }],
  options: [
    ...TENANT_SETTINGS,
    {
      flags: '--share-with <tenant>',
      description:
        'have the keys and the dedup domain of this one: what both have is stored once, and can not be erased apart',
    },
  ],
  examples: [
    { call: 'holdfast tenant add property1', does: 'A tenant; back it up with --tenant property1' },
    { call: 'holdfast tenant add property2 --quota 50GB --retention "7d 4w 12m"', does: 'With a limit and a policy' },
  ],
  output: { shape: 'Tenant' },
  run,
};
