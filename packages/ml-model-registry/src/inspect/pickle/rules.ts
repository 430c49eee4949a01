import type { Rule } from './values.ts';

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
