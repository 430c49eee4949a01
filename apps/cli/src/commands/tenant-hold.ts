import { openConfigured } from '../compose/compose.ts';
import { userName } from '../compose/user.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface HoldFlags {
  readonly reason: string;
  readonly release?: boolean | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [name = ''] = input.arguments;
  const { reason, release = false } = input.options as HoldFlags;
  await using repository = await openConfigured(context);
  const act = { by: userName(), reason };
  const { tenants } = repository;
  const tenant = await context.timed('hold the tenant', () =>
    release ? tenants.release(name, act) : tenants.hold(name, act),
  );
  if (context.json) await emitObject(context.output, 'Tenant', tenant);
  else if (!context.messages.quiet) {
    const said = release ? 'is released' : 'is under a legal hold: nothing of it is forgotten, pruned or erased';
    await context.output.line(`tenant ${displayText(tenant.name)} ${said}`);
  }
  return EXIT.ok;
}

/** `holdfast tenant hold`. */
export const tenantHold: CommandDefinition = {
  path: ['tenant', 'hold'],
  action: ({ options }) => ((options as HoldFlags).release === true ? 'tenant.release' : 'tenant.hold'),
  whose: 'argument',
  summary: 'Place a legal hold on a tenant, or release it',
  description:
    'Until it is released, its snapshots are not forgotten, nothing of it is pruned, and it is not erased (exit 7). Backups and restores go on.',
  arguments: [{ name: '<name>', description: 'the tenant' }],
  options: [
    { flags: '--reason <text>', description: 'why; it is kept and shown', required: true },
    { flags: '--release', description: 'release the hold' },
  ],
  examples: [
    { call: 'holdfast tenant hold property1 --reason "case 12 of 2026"', does: 'Nothing of it may go' },
    { call: 'holdfast tenant hold property1 --release --reason "case closed"', does: 'It may again' },
  ],
  output: { shape: 'Tenant' },
  run,
};
