import { inspectDefinitions } from '../definition/inspect.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { pointerOf } from '../definition/path.ts';

/** Whether the text of a part is left alone, byte for byte: a flag, a segment or an evaluator, by its pointer. */
export type KeptParts = ReadonlySet<string>;

/** The parts that are wrong themselves, but for the flags that are edited. */
export function keptParts(definitions: FlagDefinitions, touched: ReadonlySet<string>): KeptParts {
  const { flags, segments, evaluators } = inspectDefinitions(definitions).roots;
  const pointers = (part: string, names: Iterable<string>): string[] =>
    Array.from(names, (name) => pointerOf([part, name]));
  return new Set([
    ...pointers(
      'flags',
      [...flags].filter((key) => !touched.has(key)),
    ),
    ...pointers('segments', segments),
    ...pointers('$evaluators', evaluators),
  ]);
}

/** Words that stand in a text for what is put there afterwards. */
export class StandIns {
  readonly #word: string;
  readonly #texts: string[] = [];

  /** @param texts What must not hold such a word. */
  constructor(texts: readonly string[]) {
    let word = 'kept-as-it-is-';
    while (texts.some((text) => text.includes(word))) word = `x${word}`;
    this.#word = word;
  }

  /** A word for a text. */
  for(text: string): string {
    return `${this.#word}${this.#texts.push(text) - 1}`;
  }

  /**
   * Puts the texts in the places of their words.
   *
   * @param around What of JSON or YAML is around a word, and goes with it.
   */
  resolve(text: string, [left, right]: readonly [string, string]): string {
    return text.replaceAll(
      new RegExp(`${left}${this.#word}(\\d+)${right}`, 'g'),
      (_, index: string) => this.#texts[Number(index)] as string,
    );
  }
}
