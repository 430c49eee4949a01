import type { JsonNode } from './json-node.ts';

/** Collects the items of an array: eight bytes each as long as all are numbers. */
export class ItemList {
  #numbers: Float64Array = new Float64Array(8);
  #places: number[] | undefined;
  #count = 0;
  #items: JsonNode[] | undefined;

  add(item: JsonNode): void {
    if (this.#items === undefined && item.kind === 'number') this.#addNumber(item);
    else this.#mixed().push(item);
  }

  node(at: number): JsonNode {
    if (this.#items !== undefined || this.#count === 0) return { at, kind: 'array', items: this.#items ?? [] };
    return { at, kind: 'numbers', numbers: this.#numbers.slice(0, this.#count) };
  }

  #addNumber(item: JsonNode & { readonly kind: 'number' }): void {
    if (this.#count === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count++] = item.number;
    // Places are for messages; of long lists nobody needs each.
    if (this.#count <= 64) (this.#places ??= []).push(item.at);
  }

  /** What was collected as numbers becomes items like the others. */
  #mixed(): JsonNode[] {
    this.#items ??= [...this.#numbers.subarray(0, this.#count)].map((number, index) => ({
      at: this.#places?.[Math.min(index, 63)] ?? 0,
      kind: 'number',
      number,
    }));
    return this.#items;
  }
}
