/** A JSON value and the place of its first byte. */
export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode> }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  /** An array that has only numbers, and one at least: models have millions of them. */
  | { readonly kind: 'numbers'; readonly numbers: Float64Array }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'word'; readonly word: boolean | null }
);

/** Member `name` of an object; `undefined` for everything else. */
export function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.get(name) : undefined;
}

/** The text of a string; `undefined` for everything else. */
export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.text : undefined;
}

/** The items of an array that is not one of numbers; none for everything else. */
export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'array' ? node.items : [];
}

/** An array of numbers, which may be empty; `undefined` for everything else. */
export function numbersOf(node: JsonNode | undefined): Float64Array | undefined {
  if (node?.kind === 'array' && node.items.length === 0) return new Float64Array(0);
  return node?.kind === 'numbers' ? node.numbers : undefined;
}
