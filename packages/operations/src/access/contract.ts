import type { EventBook } from '../events/contract.ts';
import type { Action, Resource } from './actions.ts';

/**
 * What a role may do: an action (`backup.create`), all of a noun (`backup.*`) or everything (`*`); with `!` before it, what it may not do whatever else
 * is said. The object says so for some tenants only: names, or beginnings of names (`hotel-*`).
 */
export type Permission =
  | string
  | {
      readonly allow?: readonly string[] | undefined;
      readonly deny?: readonly string[] | undefined;
      /** Default: all, and what belongs to nobody alone. */
      readonly tenants?: readonly string[] | undefined;
    };

/** A role that somebody has: its name, or its name and the tenants that it is limited to. */
export type Grant = string | { readonly role: string; readonly tenants?: readonly string[] | undefined };

/** Who asks: a name, or a name with roles that the host application vouches for. */
export type Principal = string | { readonly name: string; readonly grants?: readonly Grant[] | undefined };

/** Roles of one's own, by name. `master`, `operator` and `auditor` are there, and mean always the same. */
export type Roles = Readonly<Record<string, readonly Permission[]>>;

/** Who has which roles, by name. */
export type Users = Readonly<Record<string, Grant | readonly Grant[]>>;

/** Options of `createAccess`. */
export interface AccessOptions {
  readonly roles?: Roles | undefined;
  /** Default: nobody. Then only a principal whom the host application calls `master` may do anything. */
  readonly users?: Users | undefined;
  /** Where each decision is written. */
  readonly book?: EventBook | undefined;
  /**
   * What becomes of what would be allowed, but can't be written to the book: `deny-changes` lets reading go on and stops the rest (default), `deny` stops
   * all, `allow` none.
   */
  readonly unrecorded?: 'deny-changes' | 'deny' | 'allow' | undefined;
  /** Is told that a decision could not be written. */
  readonly onUnrecorded?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. Default: the system clock. */
  readonly clock?: (() => number) | undefined;
  /** Name of this machine, for the book. */
  readonly host?: string | undefined;
}

/** One permission that counts for or against what was asked. */
export interface AccessReason {
  readonly role: string;
  /** As it is written: `backup.*`, `!backup.forget`. */
  readonly permission: string;
  /** Tenants that it is limited to; `undefined` for all. */
  readonly tenants: readonly string[] | undefined;
}

/** What was decided, and why. */
export interface Decision {
  readonly allowed: boolean;
  readonly principal: string;
  readonly action: string;
  readonly resource: Resource;
  /**
   * `allowed`; `denied-by-rule`: a permission with `!`; `no-permission`: none of the roles has it; `other-tenant`: a role has it for other tenants;
   * `unknown-user`: nobody has said anything of this principal; `unknown-role`: it has a role that is not there; `unknown-action`.
   */
  readonly why:
    | 'allowed'
    | 'denied-by-rule'
    | 'no-permission'
    | 'other-tenant'
    | 'unknown-user'
    | 'unknown-role'
    | 'unknown-action';
  /** What decided: permissions that allow or deny it, or those of other tenants. */
  readonly reasons: readonly AccessReason[];
}

/** What one principal may do. */
export interface Explanation {
  readonly principal: string;
  readonly grants: readonly { readonly role: string; readonly tenants: readonly string[] | undefined }[];
  /** Every action, in the order of the list: for all tenants, for some, or not at all. */
  readonly actions: readonly {
    readonly action: Action;
    readonly allowed: 'all' | 'some' | 'none';
    /** With `some`: for which tenants, as written; `*` for all but those in `except`. */
    readonly tenants: readonly string[];
    readonly except: readonly string[];
    readonly reasons: readonly AccessReason[];
  }[];
}

/** Decides who may do what. */
export interface Access {
  /**
   * Asks before something is done, and writes the answer to the book.
   *
   * @throws {OperationsError} `ACCESS_DENIED` with who, what, on what, and what to do.
   */
  authorize(principal: Principal, action: Action, resource?: Resource): Promise<void>;
  /** The same as data. Writes nothing. */
  decide(principal: Principal, action: string, resource?: Resource): Decision;
  /** Whether it would be allowed. Writes nothing. */
  can(principal: Principal, action: Action, resource?: Resource): boolean;
  /** All that somebody may do, and why. Writes nothing. */
  explain(principal: Principal): Explanation;
  /** Those who have roles, by name. */
  readonly users: readonly string[];
}
