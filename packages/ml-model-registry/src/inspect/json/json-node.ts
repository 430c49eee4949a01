/** A JSON value and the place of its first byte. */
export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode> }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
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

/** The items of an array; none for everything else. */
export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'array' ? node.items : [];
}

/** A whole number from 0 to 2^53 - 1; `undefined` for everything else. */
export function countOf(node: JsonNode | undefined): number | undefined {
  return node?.kind === 'number' && Number.isSafeInteger(node.number) && node.number >= 0 ? node.number : undefined;
}
