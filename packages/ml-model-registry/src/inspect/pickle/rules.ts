import type { Value } from './values.ts';

/** What a name may be used for. To be referred to is what each listed name may. */
export interface Rule {
  /** May be called with these arguments: any, or those that the function finds in order. It says what it expects otherwise. */
  readonly call?: true | ((args: readonly Value[]) => string | undefined) | undefined;
  /** A class of which objects may be made without its constructor, and given attributes. */
  readonly data?: boolean | undefined;
  /** Its objects take items with the opcodes of lists, sets or dicts. */
  readonly items?: boolean | undefined;
  /** The package whose objects it makes. */
  readonly framework?: string | undefined;
}

/** Names on a list, by module: classes of data, functions that may be called, and what may only be referred to; each apart by spaces. */
export interface ListedModule {
  readonly data?: string | undefined;
  readonly call?: string | undefined;
  readonly refer?: string | undefined;
  /** Classes whose objects take items. They are classes of data, too, and may be called. */
  readonly items?: string | undefined;
}

/** The rules of all names of some modules, as `module name`. */
export function rulesOf(
  modules: Readonly<Record<string, ListedModule>>,
  framework?: string,
): readonly (readonly [key: string, rule: Rule])[] {
  const found: (readonly [string, Rule])[] = [];
  for (const [module, { data, call, refer, items }] of Object.entries(modules)) {
    const add = (names: string | undefined, rule: Rule): void => {
      for (const name of names?.split(/\s+/).filter((part) => part !== '') ?? [])
        found.push([`${module} ${name}`, { ...rule, framework }]);
    };
    add(refer, {});
    add(call, { call: true });
    add(data, { data: true });
    add(items, { data: true, call: true, items: true });
  }
  return found;
}
