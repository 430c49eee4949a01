import type { Action, Resource } from './actions.ts';
import type { Access, Principal } from './contract.ts';

/** Who is asked, and for whom. */
export interface GuardOptions {
  readonly access: Pick<Access, 'authorize'>;
  readonly principal: Principal;
}

/** Asks for an action. @throws {OperationsError} `ACCESS_DENIED` */
export type Ask = (action: Action, resource?: Resource) => Promise<void>;

/** What a call needs, by its arguments: an action, and whose it is. Without `on` it is asked for all tenants. */
export interface CallRule<Target, Args extends readonly unknown[]> {
  readonly action: Action | ((...args: Args) => Action);
  readonly on?: ((target: Target, ...args: Args) => Resource | Promise<Resource>) | undefined;
}

/** What a member needs that is no call: `free` for what gives nothing away and changes nothing, else what guards it in turn. */
export type MemberRule<Target, Member> = 'free' | ((target: Target, ask: Ask) => Member);

/** What each member of something needs. One without an entry does not compile, and is not there when the program runs. */
export type GuardRules<Target extends object> = {
  readonly [Name in keyof Target]-?: Target[Name] extends (...args: infer Args) => infer Result
    ? Result extends AsyncIterable<unknown>
      ? 'free' | (CallRule<Target, Args> & { readonly gives: 'sequence' })
      : Result extends Promise<unknown>
        ? 'free' | CallRule<Target, Args>
        : MemberRule<Target, Target[Name]>
    : MemberRule<Target, Target[Name]>;
};

/** How somebody asks. */
export function askFor({ access, principal }: GuardOptions): Ask {
  return async (action, resource) => access.authorize(principal, action, resource);
}

/** The same thing, of which each call asks first. Only what has a rule is there. */
export function guarded<Target extends object>(target: Target, rules: GuardRules<Target>, ask: Ask): Target {
  const names = Reflect.ownKeys(rules) as (keyof Target)[];
  return Object.fromEntries(names.map((name) => [name, memberOf(target, { name, rule: rules[name], ask })])) as Target;
}

type AnyCall = (...args: readonly unknown[]) => unknown;
type AnyRule = CallRule<unknown, readonly unknown[]> & { readonly gives?: 'sequence' };

function memberOf<Target extends object>(
  target: Target,
  { name, rule, ask }: { readonly name: keyof Target; readonly rule: unknown; readonly ask: Ask },
): unknown {
  if (typeof rule === 'function') return (rule as (target: Target, ask: Ask) => unknown)(target, ask);
  const member: unknown = target[name];
  if (typeof member !== 'function') return rule === 'free' ? member : undefined;
  const call: AnyCall = (...args) => Reflect.apply(member, target, args);
  if (rule === 'free') return call;
  const { action, on, gives } = rule as AnyRule;
  const asked = async (args: readonly unknown[]): Promise<void> => {
    const what = typeof action === 'function' ? action(...args) : action;
    await ask(what, (await on?.(target, ...args)) ?? {});
  };
  if (gives === 'sequence')
    return async function* sequence(...args: readonly unknown[]): AsyncGenerator {
      await asked(args);
      yield* call(...args) as AsyncIterable<unknown>;
    };
  return async (...args: readonly unknown[]): Promise<unknown> => {
    await asked(args);
    return call(...args);
  };
}
