import type { ModelBundle } from '@x/integrity';
import type { LoadTestReport } from '../load-test/contract.ts';

/** Who vouches for what, and when. */
interface Vouched {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
}

/** A signature of a version, as it was written down. Whether it counts is to be verified. */
export interface StoredSignature extends Vouched {
  readonly bundle: ModelBundle;
}

/** Somebody is for letting a version be used. */
export interface Approval extends Vouched {
  /** That of the content that was approved. */
  readonly digest: string;
  readonly reason: string;
}

/** A load test of a version. */
export interface RecordedTest extends Vouched {
  readonly digest: string;
  readonly report: LoadTestReport;
}

/** What a history says for and against a version. */
export interface VersionTrust {
  readonly signatures: readonly StoredSignature[];
  readonly approvals: readonly Approval[];
  /** The last one. */
  readonly test?: RecordedTest | undefined;
}

/** What happened that makes a version more or less trusted. */
export type TrustEvent =
  | { readonly kind: 'version.signed'; readonly version: string; readonly digest: string; readonly bundle: ModelBundle }
  | {
      readonly kind: 'version.approved';
      readonly version: string;
      readonly digest: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'version.tested';
      readonly version: string;
      readonly digest: string;
      readonly report: LoadTestReport;
    };

/** By the numbers of versions. */
export type TrustState = ReadonlyMap<string, VersionTrust>;

const none: VersionTrust = { signatures: [], approvals: [] };

/** What is known of a version. */
export function trustIn(state: TrustState, version: string): VersionTrust {
  return state.get(version) ?? none;
}

/** Whether an event is about trust. */
export function isTrustEvent<E extends { readonly kind: string }>(event: E): event is E & TrustEvent {
  return event.kind === 'version.signed' || event.kind === 'version.approved' || event.kind === 'version.tested';
}

/** What an event makes of what is known of its version. */
export function trustAfter(state: TrustState, event: TrustEvent & Vouched): VersionTrust {
  return after(trustIn(state, event.version), event);
}

function after(known: VersionTrust, event: TrustEvent & Vouched): VersionTrust {
  const { at, by, digest } = event;
  if (event.kind === 'version.signed') {
    return { ...known, signatures: [...known.signatures, { bundle: event.bundle, at, by }] };
  }
  if (event.kind === 'version.tested') return { ...known, test: { digest, report: event.report, at, by } };
  return { ...known, approvals: [...known.approvals, { digest, reason: event.reason, at, by }] };
}

/** What is known of a version that was added with a signature. */
export function trustAdded({ signature, at, by }: Vouched & { readonly signature: ModelBundle }): VersionTrust {
  return { ...none, signatures: [{ bundle: signature, at, by }] };
}
