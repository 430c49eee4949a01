import { checkAccess } from '../compose/access.ts';
import { userName } from '../compose/user.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface CheckFlags {
  readonly tenant?: string | undefined;
  readonly user?: string | undefined;
}

async function check(context: Context, input: CommandInput): Promise<ExitCode> {
  const [action = ''] = input.arguments;
  const { tenant, user = userName() } = input.options as CheckFlags;
  const { allowed, why } = await checkAccess(context, { user, action, tenant });
  if (context.json) await emitObject(context.output, 'AccessChecked', { user, action, tenant, allowed, why });
  else {
    const whose = tenant === undefined ? 'all tenants' : `tenant ${tenant}`;
    const said = allowed ? 'may' : 'may not';
    await context.output.line(displayText(`${user} ${said} ${action} for ${whose}: ${why}`));
  }
  return allowed ? EXIT.ok : EXIT.denied;
}

/** `holdfast access check`. */
export const accessCheck: CommandDefinition = {
  path: ['access', 'check'],
  action: ({ options }) => ((options as CheckFlags).user === undefined ? undefined : 'access.read'),
  summary: 'Say whether you, or somebody else, may do something, and why',
  description: 'Exits with 0 when it is allowed, with 8 when it is denied.',
  arguments: [{ name: '<action>', description: 'such as backup.restore' }],
  options: [
    { flags: '--tenant <name>', description: 'for this tenant (default: for all)' },
    { flags: '--user <name>', description: 'somebody else' },
  ],
  examples: [
    { call: 'holdfast access check backup.restore --tenant hotel-rio', does: 'May I restore that?' },
    { call: 'holdfast access check tenant.erase --user ben', does: 'May Ben erase tenants?' },
  ],
  output: { shape: 'AccessChecked' },
  run: check,
};
