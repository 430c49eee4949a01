/**
 * The names of the evaluators that a rule refers to itself, each once. Without recursion: what was not checked yet may be nested as deep as it
 * likes.
 */
export function referencesIn(rule: unknown): readonly string[] {
  const names = new Set<string>();
  const open = [rule];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== 'object' || each === null) continue;
    const name: unknown = Array.isArray(each) ? undefined : (each as { readonly $ref?: unknown }).$ref;
    if (typeof name === 'string') names.add(name);
    for (const inner of Object.values(each) as unknown[]) if (typeof inner === 'object') open.push(inner);
  }
  return [...names];
}
