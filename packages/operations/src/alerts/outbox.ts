import type { AlertState, ChannelState, Delivery, Notice } from './state.ts';

/** Notices on their way, at most: what comes after that is counted, and told as a number. It stays in the list of alerts. */
const MOST = 1000;
/** A channel that is down is tried again after this, twice that, and so on. */
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 900_000;
/** So often a channel may refuse one notice, until the next one has its turn. */
const MOST_REFUSALS = 8;

/** What ended a try to send a notice. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'failed';
      readonly error: string;
      /** Milliseconds that the channel asks to be left alone. */
      readonly retryAfterMs?: number | undefined;
      /** The channel works, and does not want this notice. */
      readonly isRefusal: boolean;
    };

/** Puts a notice on its way to channels. What still waits there and says the same of the same alert takes its place. */
export function enqueue(state: AlertState, notice: Notice, channels: readonly string[]): AlertState {
  let outbox = state.outbox;
  for (const channel of channels) outbox = enqueueOne(outbox, { channel, notice, refusals: 0 });
  return outbox === state.outbox ? state : { ...state, outbox };
}

function enqueueOne(outbox: readonly Delivery[], delivery: Delivery): readonly Delivery[] {
  const { channel, notice } = delivery;
  const isSame = (each: Delivery): boolean =>
    each.channel === channel &&
    each.claim === undefined &&
    each.notice.key === notice.key &&
    each.notice.kind === notice.kind;
  if (notice.kind === 'reminder' && outbox.some(isSame)) return outbox;
  if (outbox.length < MOST) return [...outbox, delivery];
  const more = outbox.findIndex(
    (each) => each.channel === channel && each.notice.kind === 'more' && each.claim === undefined,
  );
  if (more < 0) return [...outbox, { ...delivery, notice: moreOf(notice) }];
  return outbox.map((each, n) =>
    n === more
      ? { ...each, notice: { ...each.notice, count: each.notice.count + 1, title: moreTitle(each.notice.count + 1) } }
      : each,
  );
}

const moreTitle = (count: number): string => `${count} more notices than could wait: see the list of alerts`;

const moreOf = (notice: Notice): Notice => ({ ...notice, kind: 'more', count: 1, title: moreTitle(1), details: {} });

/** What is asked when the next notice is looked for. */
export interface NextQuestion {
  readonly channel: string;
  readonly nowMs: number;
  /** Whether a notice may be sent now: at night only what can't wait. */
  readonly isTimely: (notice: Notice) => boolean;
}

/** The oldest notice that a channel may be sent now; none while another process sends there. */
export function nextFor(state: AlertState, { channel, nowMs, isTimely }: NextQuestion): Delivery | undefined {
  if ((state.channels[channel]?.nextMs ?? 0) > nowMs) return undefined;
  const mine = state.outbox.filter((each) => each.channel === channel);
  if (mine.some(({ claim: held }) => held !== undefined && held.untilMs > nowMs)) return undefined;
  return mine.find(({ notice }) => isTimely(notice));
}

/** Takes a notice for this process. */
export function claim(state: AlertState, delivery: Delivery, held: NonNullable<Delivery['claim']>): AlertState {
  return withOutbox(state, (each) => (isIt(each, delivery) ? { ...each, claim: held } : each));
}

/** What became of a notice that this process had taken. One that others have taken over since is theirs. */
export function settle(
  state: AlertState,
  {
    delivery,
    token,
    outcome,
    nowMs,
  }: { readonly delivery: Delivery; readonly token: string; readonly outcome: SendOutcome; readonly nowMs: number },
): { readonly state: AlertState; readonly givenUp: boolean } {
  const found = state.outbox.find((each) => isIt(each, delivery));
  const { channel } = delivery;
  if (outcome.kind === 'sent') {
    // It is there, whoever has it now: nobody needs to send it again.
    const left = withOutbox(state, (each) => (isIt(each, delivery) ? undefined : each));
    return { state: withChannel(left, channel, undefined), givenUp: false };
  }
  if (found?.claim?.token !== token) return { state, givenUp: false };
  const refusals = found.refusals + (outcome.isRefusal ? 1 : 0);
  const givenUp = refusals >= MOST_REFUSALS;
  const next = withOutbox(state, (each) => {
    if (!isIt(each, delivery)) return each;
    return givenUp ? undefined : { ...each, claim: undefined, refusals };
  });
  return { state: withChannel(next, channel, channelAfter(state.channels[channel], outcome, nowMs)), givenUp };
}

function channelAfter(
  before: ChannelState | undefined,
  { error, retryAfterMs }: Extract<SendOutcome, { readonly kind: 'failed' }>,
  nowMs: number,
): ChannelState {
  const failures = (before?.failures ?? 0) + 1;
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20), LONGEST_WAIT_MS);
  const nextMs = nowMs + Math.max(waitMs, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS));
  return { failures, nextMs, downSinceMs: before?.downSinceMs ?? nowMs, error };
}

const isIt = (one: Delivery, other: Delivery): boolean =>
  one.channel === other.channel && one.notice.id === other.notice.id;

function withOutbox(state: AlertState, change: (delivery: Delivery) => Delivery | undefined): AlertState {
  return { ...state, outbox: state.outbox.flatMap((each) => change(each) ?? []) };
}

function withChannel(state: AlertState, name: string, channel: ChannelState | undefined): AlertState {
  const others = Object.entries(state.channels).filter(([each]) => each !== name);
  return { ...state, channels: Object.fromEntries(channel === undefined ? others : [...others, [name, channel]]) };
}
