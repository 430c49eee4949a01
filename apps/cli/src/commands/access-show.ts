import { openAccess } from '../compose/access.ts';
import { userName } from '../compose/user.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

async function show(context: Context, input: CommandInput): Promise<ExitCode> {
  const [user = userName()] = input.arguments;
  const access = await openAccess(context);
  if (access === undefined) {
    if (context.json)
      await emitObject(context.output, 'AccessShown', { user, configured: false, roles: ['master'], actions: [] });
    else {
      await context.output.line(`${displayText(user)}: master`);
      context.messages.note(
        'The configuration does not say who may do what: whoever can read the keys may do everything.',
      );
    }
    return EXIT.ok;
  }
  const { grants, actions } = access.explain(user);
  const roles = grants.map(({ role, tenants }) => (tenants === undefined ? role : `${role} (${tenants.join(', ')})`));
  if (context.json) {
    const shown = actions.map(({ action, allowed, tenants, except, reasons }) => ({
      action,
      allowed,
      tenants: [...tenants],
      except: [...except],
      reasons: reasons.map(({ role, permission, tenants: of }) => ({
        role,
        permission,
        tenants: of === undefined ? undefined : [...of],
      })),
    }));
    await emitObject(context.output, 'AccessShown', { user, configured: true, roles, actions: shown });
    return EXIT.ok;
  }
  await context.output.line(`${displayText(user)}: ${displayText(roles.join(', ') || 'no role')}`);
  const rows = actions
    .filter(({ allowed }) => allowed !== 'none' || context.messages.verbose)
    .map(({ action, allowed, tenants, except, reasons }) => [
      action,
      forWhom({ allowed, tenants, except }),
      displayText(reasons.map(({ role, permission }) => `${role}: ${permission}`).join(', ')),
    ]);
  if (rows.length === 0) context.messages.note('May do nothing.');
  else {
    const [head = '', ...lines] = tableLines([{ title: 'ACTION' }, { title: 'FOR' }, { title: 'WHY' }], rows);
    await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  }
  return EXIT.ok;
}

function forWhom({
  allowed,
  tenants,
  except,
}: {
  readonly allowed: 'all' | 'some' | 'none';
  readonly tenants: readonly string[];
  readonly except: readonly string[];
}): string {
  if (allowed !== 'some') return allowed === 'all' ? 'all' : 'nobody';
  const whom = tenants.includes('*') ? 'all' : displayText(tenants.join(', '));
  return except.length === 0 ? whom : `${whom} but ${displayText(except.join(', '))}`;
}

/** `holdfast access show`. */
export const accessShow: CommandDefinition = {
  path: ['access', 'show'],
  action: (input) => (input.arguments.length === 0 ? undefined : 'access.read'),
  summary: 'Say what you, or somebody else, may do, and why',
  description:
    'By `access` of the configuration and the names that the operating system knows users by. Without it, whoever can read the keys may do everything. With -v also what is not allowed.',
  arguments: [{ name: '[user]', description: 'name of a user (default: you)' }],
  examples: [
    { call: 'holdfast access show', does: 'What may I do?' },
    { call: 'holdfast access show ben -v', does: 'What may Ben do, and what not?' },
  ],
  output: { shape: 'AccessShown' },
  run: show,
};
