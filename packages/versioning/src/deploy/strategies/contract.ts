/** What a strategy is asked to bring. */
export interface StrategyCall {
  readonly version: string;
  readonly channel: string;
  readonly signal?: AbortSignal | undefined;
  /** Told what happens, line by line, for people. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Something that a strategy does. */
export type StrategyAction =
  | { readonly kind: 'run'; readonly command: readonly [string, ...string[]] }
  | { readonly kind: 'request'; readonly method: 'GET' | 'POST'; readonly url: string }
  /** What is done in this process. */
  | { readonly kind: 'own'; readonly text: string };

/** How it ended, when it ended well. */
export interface StrategyOutcome {
  /** Whether the version is live now. Else a server will see to it. */
  readonly isLive: boolean;
  /** For people. */
  readonly detail: string;
  /** Where more can be read. */
  readonly url?: string | undefined;
}

/** A way to deploy that can be carried out. Advice about it is given elsewhere, and never carries one out. */
export interface Strategy {
  readonly name: string;
  /** What it would do, in its order, and nothing is done. */
  plan(call: StrategyCall): Promise<readonly StrategyAction[]>;
  /** @throws {VersioningError} Of the strategy; the reason of the signal. */
  run(call: StrategyCall): Promise<StrategyOutcome>;
}
