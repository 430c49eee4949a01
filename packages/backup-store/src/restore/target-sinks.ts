import type { TreeSink } from '../sink/contract.ts';
import { openTreeSink } from '../sink/tree-sink.ts';

/** The trees that a restore writes to, opened (and made) when something is first written to them. */
export class TargetSinks implements Disposable {
  readonly #sinks = new Map<number, TreeSink>();

  /** @param root Absolute path of the tree with this number. */
  open(tree: number, root: Uint8Array): TreeSink {
    let sink = this.#sinks.get(tree);
    if (sink === undefined) {
      sink = openTreeSink(root);
      this.#sinks.set(tree, sink);
    }
    return sink;
  }

  /** The sink of a tree, if it has been opened. */
  opened(tree: number): TreeSink | undefined {
    return this.#sinks.get(tree);
  }

  [Symbol.dispose](): void {
    for (const sink of this.#sinks.values()) sink[Symbol.dispose]();
  }
}
