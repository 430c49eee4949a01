import type { EventBook } from '@x/operations';
import type { Access, Action, Resource } from '@x/operations/access';
import type { Settings } from '../config/fields.ts';
import { usageError } from '../errors.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { auditBook } from './event-book.ts';
import { userName } from './user.ts';

/**
 * What decides who may do what; `undefined` where the configuration does not say: then whoever can read the keys is the master.
 *
 * @throws {OperationsError} `INVALID_ACCESS`
 */
export async function openAccess(context: Context, book?: EventBook): Promise<Access | undefined> {
  const { settings } = await context.effective();
  const { 'access.roles': roles, 'access.users': users } = settings;
  if (roles === undefined && users === undefined) return undefined;
  const { createAccess } = await import('@x/operations/access');
  return createAccess({ roles, users, book });
}

/** What a command wants to do, and to whose data. */
function wantedAccess(
  { action, whose }: Pick<CommandDefinition, 'action' | 'whose'>,
  input: CommandInput,
  settings: Settings,
): { readonly action: Action | undefined; readonly resource: Resource } {
  return {
    action: typeof action === 'function' ? action(input) : action,
    resource: { tenant: tenantOf(whose, input, settings) },
  };
}

function tenantOf(whose: CommandDefinition['whose'], input: CommandInput, settings: Settings): string | undefined {
  if (whose === 'configured') return settings.tenant;
  if (whose === 'models') return settings['models.tenant'] ?? 'models';
  if (whose === 'argument') return input.arguments[0];
  const { tenant } = input.options as { readonly tenant?: unknown };
  return typeof tenant === 'string' ? tenant : undefined;
}

/**
 * Asks whether who runs the program may run a command.
 *
 * @throws {OperationsError} `ACCESS_DENIED`, `INVALID_ACCESS`; {CliError} `CONFIG_INVALID`: what can't be read allows nothing.
 */
export async function demandAccess(
  context: Context,
  definition: Pick<CommandDefinition, 'action' | 'whose'>,
  input: CommandInput,
): Promise<void> {
  let settings: Settings;
  try {
    ({ settings } = await context.effective());
  } catch (error) {
    // These say themselves what is wrong with the configuration, and do nothing else.
    if (definition.action === 'config.read') return;
    throw error;
  }
  const book = auditBook(context);
  const access = await openAccess(context, book);
  const { action, resource } = wantedAccess(definition, input, settings);
  if (access === undefined || action === undefined) return;
  try {
    await access.authorize(userName(), action, resource);
  } finally {
    await book.close();
  }
}

/** Whether somebody may do something, and why. */
export interface CheckedAccess {
  readonly allowed: boolean;
  /** In words. */
  readonly why: string;
}

/**
 * Says whether somebody may do something.
 *
 * @throws {CliError} `USAGE` for what is no action; {OperationsError} `INVALID_ACCESS`
 */
export async function checkAccess(
  context: Context,
  { user, action, tenant }: { readonly user: string; readonly action: string; readonly tenant: string | undefined },
): Promise<CheckedAccess> {
  const [access, { isAction, whyDenied }] = await Promise.all([openAccess(context), import('@x/operations/access')]);
  if (!isAction(action))
    throw usageError(`Expected an action, got ${JSON.stringify(action)}`, '`access show -v` lists all actions.');
  if (access === undefined) return { allowed: true, why: 'the configuration does not say who may do what' };
  const decision = access.decide(user, action, { tenant });
  if (!decision.allowed) return { allowed: false, why: whyDenied(decision) };
  return { allowed: true, why: decision.reasons.map(({ role, permission }) => `${role}: ${permission}`).join(', ') };
}
