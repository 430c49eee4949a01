import type { DependencyKind, LockfileComponent, LockfileEdge } from './graph.ts';

/** All that can be reached from `roots`, these included. Without recursion: a chain may be as long as the lockfile. */
export function reachable(edges: readonly LockfileEdge[], roots: readonly string[]): ReadonlySet<string> {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const list = targets.get(from);
    if (list === undefined) targets.set(from, [to]);
    else list.push(to);
  }
  const seen = new Set(roots);
  // A set is walked in the order of insertion, and what is added while it is walked is walked too.
  for (const id of seen) for (const to of targets.get(id) ?? []) seen.add(to);
  return seen;
}

/** Says of each component whether it is there for development, options or peers only. What nothing needs counts as needed. */
export function judged(
  components: readonly LockfileComponent[],
  edges: readonly LockfileEdge[],
  roots: readonly string[],
): LockfileComponent[] {
  const all = reachable(edges, roots);
  const without = (kind: DependencyKind): ReadonlySet<string> =>
    reachable(
      edges.filter((edge) => edge.kind !== kind),
      roots,
    );
  const [runtime, required, own] = [without('dev'), without('optional'), without('peer')];
  return components.map((component) => {
    const isNeeded = (ids: ReadonlySet<string>): boolean => ids.has(component.id) || !all.has(component.id);
    return { ...component, dev: !isNeeded(runtime), optional: !isNeeded(required), peer: !isNeeded(own) };
  });
}
