/** A name that is being gone through. */
interface Visit {
  readonly name: string;
  readonly next: readonly string[];
  at: number;
}

/**
 * Puts names together that lead to each other, those that lead nowhere first: whatever a group leads to comes before it. Tarjan’s algorithm (1972), without
 * recursion, as a chain may be as long as there are names.
 *
 * @param next Where a name leads.
 */
export function componentsOf(
  names: Iterable<string>,
  next: (name: string) => readonly string[],
): readonly (readonly string[])[] {
  const components: string[][] = [];
  const order = new Map<string, number>();
  /** The earliest name that is still open and that each one leads to. */
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const enter = (name: string): Visit => {
    order.set(name, order.size);
    lowest.set(name, order.size - 1);
    open.push(name);
    isOpen.add(name);
    return { name, next: next(name), at: 0 };
  };
  const lower = (name: string, to: number | undefined): void => {
    lowest.set(name, Math.min(lowest.get(name) as number, to as number));
  };
  const close = (name: string): void => {
    if (lowest.get(name) !== order.get(name)) return;
    const component = open.splice(open.lastIndexOf(name));
    for (const each of component) isOpen.delete(each);
    components.push(component);
  };
  for (const start of names) {
    if (order.has(start)) continue;
    const visits = [enter(start)];
    for (let top = visits.at(-1); top !== undefined; top = visits.at(-1)) {
      const name = top.next[top.at++];
      if (name === undefined) {
        visits.pop();
        close(top.name);
        const above = visits.at(-1);
        if (above !== undefined) lower(above.name, lowest.get(top.name));
      } else if (!order.has(name)) {
        visits.push(enter(name));
      } else if (isOpen.has(name)) {
        lower(top.name, order.get(name));
      }
    }
  }
  return components;
}

/** Whether those of a group lead to themselves. */
export function isCircle(component: readonly string[], next: (name: string) => readonly string[]): boolean {
  const [first = ''] = component;
  return component.length > 1 || next(first).includes(first);
}
