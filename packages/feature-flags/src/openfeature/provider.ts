import {
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import type { FlagContext, Json } from '../definition/model.ts';
import type { Evaluation, FlagEvaluationError } from '../evaluation/evaluation.ts';

/** What a provider asks of flags; `Flags` have it. Flags that can't change leave the others out. */
export interface ProvidedFlags {
  /** The value of a flag, and why. */
  evaluate(key: string, fallback: Json, context?: FlagContext): Evaluation;
  /** Resolves when there are flags. */
  ready?(): Promise<void>;
  /** As `onState` says it. */
  readonly state?: 'loading' | 'ready' | 'stale' | undefined;
  /** Calls the listener whenever other definitions are in force. Returns what ends it. */
  onChange?(listener: (change: { readonly flagsChanged: readonly string[] }) => void): () => void;
  /** Calls the listener when the definitions can’t be fetched any more (`stale`), and when they can again. Returns what ends it. */
  onState?(listener: (state: 'loading' | 'ready' | 'stale') => void): () => void;
}

/**
 * Makes a provider for OpenFeature out of flags. Needs the optional peer `@openfeature/server-sdk`: `npm install @openfeature/server-sdk`.
 *
 * The context is passed on as it is, so rules see the fields that the application gives to OpenFeature. Reasons, too, are passed on, also
 * `UNIT_MISSING`, which OpenFeature does not know. The provider is ready when the flags are, and in the state `ERROR` only if there were never any: when definitions
 * can’t be fetched, the last good ones stay in force and the state is `STALE`, as when some flags are refused and answer as they last were good. A flag that is
 * refused and never was good is a `PARSE_ERROR`; the state is `READY`. Tracking does nothing.
 *
 * @example
 * ```ts
 * import { OpenFeature } from '@openfeature/server-sdk';
 * import { createFlags } from '@x/feature-flags';
 * import { openFeatureProvider } from '@x/feature-flags/openfeature';
 *
 * const flags = createFlags({ definition: { flags: { new_ui: { targetTenants: ['acme'] } } } });
 * await OpenFeature.setProviderAndWait(openFeatureProvider(flags));
 * console.log(await OpenFeature.getClient().getBooleanValue('new_ui', false, { tenant: 'acme' }));
 * ```
 */
export function openFeatureProvider(flags: ProvidedFlags): Provider {
  const events = new OpenFeatureEventEmitter();
  let subscriptions: readonly (() => void)[] = [];
  const resolve = async <Value extends JsonValue>(
    key: string,
    fallback: Value,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<Value>> =>
    detailsOf(key, flags.evaluate(key, fallback, context)) as ResolutionDetails<Value>;
  const unsubscribe = (): void => {
    for (const end of subscriptions) end();
    subscriptions = [];
  };
  /** Flags that were stale before: the SDK calls a provider ready as soon as it is initialized, so this comes after. */
  const tellStale = (): void => {
    if (subscriptions.length > 0 && flags.state === 'stale') events.emit(ProviderEvents.Stale);
  };
  return {
    metadata: { name: 'holdfast' },
    runsOn: 'server',
    events,
    // Not before: a provider that is never used would listen for ever.
    async initialize(): Promise<void> {
      unsubscribe();
      try {
        await flags.ready?.();
      } finally {
        // Also where there are none yet: whoever mends them is heard of.
        subscriptions = subscribe(flags, events);
      }
      if (flags.state === 'stale') setImmediate(tellStale);
    },
    async onClose(): Promise<void> {
      unsubscribe();
    },
    resolveBooleanEvaluation: resolve,
    resolveStringEvaluation: resolve,
    resolveNumberEvaluation: resolve,
    resolveObjectEvaluation: resolve,
  };
}

function subscribe(flags: ProvidedFlags, events: OpenFeatureEventEmitter): readonly (() => void)[] {
  const ends = [
    flags.onChange?.(({ flagsChanged }) =>
      events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...flagsChanged] }),
    ),
    flags.onState?.((state) => {
      if (state !== 'loading') events.emit(state === 'stale' ? ProviderEvents.Stale : ProviderEvents.Ready);
    }),
  ];
  return ends.filter((end) => end !== undefined);
}

function detailsOf(key: string, evaluation: Evaluation): ResolutionDetails<Json> {
  const { value, variant, reason, errorCode, metadata } = evaluation;
  return {
    value,
    reason,
    flagMetadata: { ...metadata },
    ...(variant === undefined ? {} : { variant }),
    // The codes are the same texts; OpenFeature has them as an enum, which is a type of its own.
    ...(errorCode === undefined
      ? {}
      : {
          errorCode: errorCode as unknown as NonNullable<ResolutionDetails<Json>['errorCode']>,
          errorMessage: messageOf(key, errorCode),
        }),
  };
}

function messageOf(key: string, errorCode: FlagEvaluationError): string {
  switch (errorCode) {
    case 'FLAG_NOT_FOUND':
      return `Expected the name of a flag, got ${JSON.stringify(key)}`;
    case 'TYPE_MISMATCH':
      return `Expected a flag whose values are of the type of the default, got ${JSON.stringify(key)}`;
    case 'PARSE_ERROR':
      return `Expected a flag without mistakes, got ${JSON.stringify(key)}, which is refused`;
    case 'PROVIDER_NOT_READY':
      return `Expected flags that were read, got none yet, to answer ${JSON.stringify(key)}`;
    default:
      return `Expected a context that the rules of ${JSON.stringify(key)} can be evaluated with, got another one`;
  }
}
