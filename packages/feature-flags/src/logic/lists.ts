import type { Rule } from './call.ts';
import { isTrue } from './value.ts';

/** Compiles what goes through a list: the rule is evaluated with each item as its data. */
export function compileList(
  operator: string,
  list: readonly unknown[],
  compile: (each: unknown) => Rule,
): Rule | undefined {
  if (operator === 'reduce') return compileReduce(list, compile);
  if (!['map', 'filter', 'all', 'none', 'some'].includes(operator)) return undefined;
  const [source, rule] = list.map(compile) as [Rule, Rule];
  return (data, call) => {
    const found = source(data, call);
    const items: readonly unknown[] = Array.isArray(found) ? found : [];
    const holds = (item: unknown): boolean => isTrue(rule(item, call));
    switch (operator) {
      case 'map':
        return items.map((item) => rule(item, call));
      case 'filter':
        return items.filter(holds);
      case 'all':
        return items.length > 0 && items.every(holds);
      case 'some':
        return items.some(holds);
      default:
        return !items.some(holds);
    }
  };
}

function compileReduce(list: readonly unknown[], compile: (each: unknown) => Rule): Rule {
  const [source, rule, initial] = list.map(compile) as [Rule, Rule, Rule | undefined];
  return (data, call) => {
    const found = source(data, call);
    const items: readonly unknown[] = Array.isArray(found) ? found : [];
    const join = (accumulator: unknown, current: unknown): unknown => rule({ accumulator, current }, call);
    if (initial !== undefined) return items.reduce(join, initial(data, call));
    return items.length === 0 ? null : items.reduce(join);
  };
}
