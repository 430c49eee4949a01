import type { Check } from './contract.ts';
import { askHttp, type HttpAnswer } from './http-answer.ts';
import { oneLine } from './failure.ts';
import { type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';
import { readSecret, type Secret } from './secret.ts';

/** Where an answer says which version it comes from. */
export type ReportedVersion =
  /** A member of the JSON that is answered; a dot leads into objects: `build.version`. */
  | { readonly member: string }
  /** A header, without regard to case. */
  | { readonly header: string };

/** Options of {@link httpCheck}. */
export interface HttpCheckOptions extends CheckTiming {
  /** `http:` or `https:`. Redirects are answers, and not followed. */
  readonly url: string;
  /** Default: any from 200 to 299. */
  readonly expectedStatus?: number | readonly number[] | undefined;
  /** Compared with the version that is being deployed, where that is known; a `v` before either is of no account. */
  readonly version?: ReportedVersion | undefined;
  /** Sent along; tokens as secrets. */
  readonly headers?: Readonly<Record<string, string | Secret>> | undefined;
  /** The largest body that is taken, in bytes. Default: 65,536. */
  readonly maxBytes?: number | undefined;
}

const MOST_BYTES = 65_536;
const ATTEMPTS = 10;

/**
 * Whether a URL answers as it should, and with the version that is being deployed. Each attempt has a connection of its own, so that
 * none is answered by a process that is about to go.
 *
 * @example
 * ```ts
 * import { httpCheck } from '@x/versioning/deploy';
 *
 * const check = httpCheck({ url: 'http://127.0.0.1:8080/health', version: { member: 'version' } });
 * const { outcome, found } = await check.run({ version: '1.0.5' });
 * console.log(outcome, found); // ok 200, version 1.0.5
 * ```
 */
export function httpCheck(options: HttpCheckOptions): Check {
  const { url, maxBytes = MOST_BYTES, headers = {} } = options;
  return measuredCheck(
    {
      kind: 'http',
      name: `http ${shownUrl(url)}`,
      limit: limitText(options),
      hint: 'Check that the service runs, and that it listens at this address.',
      async measure({ version, signal }) {
        const sent = await readHeaders(headers);
        return judged(await askHttp(url, { maxBytes, headers: sent, signal }), options, version);
      },
    },
    { attempts: ATTEMPTS, ...options },
  );
}

async function readHeaders(headers: Readonly<Record<string, string | Secret>>): Promise<Record<string, string>> {
  const read = async ([name, value]: [string, string | Secret]): Promise<[string, string]> => [
    name,
    typeof value === 'string' ? value : await readSecret(value),
  ];
  return Object.fromEntries(await Promise.all(Object.entries(headers).map(read)));
}

/** A URL without its credentials and query, where tokens may be. */
function shownUrl(text: string): string {
  const url = URL.parse(text);
  return url === null ? 'an unreadable URL' : `${url.origin}${url.pathname}`;
}

function limitText({ expectedStatus, version }: HttpCheckOptions): string {
  const statuses =
    expectedStatus === undefined
      ? '200 to 299'
      : typeof expectedStatus === 'number'
        ? String(expectedStatus)
        : expectedStatus.join(' or ');
  return version === undefined ? statuses : `${statuses}, and the version that is deployed`;
}

function judged(answer: HttpAnswer, options: HttpCheckOptions, version: string | undefined): Finding {
  const { expectedStatus } = options;
  const { status } = answer;
  const isExpected =
    expectedStatus === undefined
      ? status >= 200 && status < 300
      : (typeof expectedStatus === 'number' ? [expectedStatus] : expectedStatus).includes(status);
  const location = answer.header('location');
  const found = location === undefined ? `${status}` : `${status}, a redirect to ${shownUrl(location)}`;
  if (!isExpected) return { outcome: 'fail', found, hint: 'See the log of the service for the reason.' };
  if (options.version === undefined) return { outcome: 'ok', found };
  const reported = reportedVersion(answer, options.version);
  if (reported === undefined) {
    return {
      outcome: 'fail',
      found: `${found}, no version`,
      hint: `Let it report its version: ${placeText(options.version)}.`,
    };
  }
  const text = `${found}, version ${oneLine(reported)}`;
  if (version === undefined || bare(reported) === bare(version)) return { outcome: 'ok', found: text };
  return {
    outcome: 'fail',
    found: text,
    hint: `Expected ${version}: an older process may still answer at this address.`,
  };
}

const placeText = (version: ReportedVersion): string =>
  'member' in version ? `the member ${version.member} of a JSON object` : `the header ${version.header}`;

const bare = (version: string): string => version.trim().replace(/^v(?=\d)/, '');

function reportedVersion(answer: HttpAnswer, place: ReportedVersion): string | undefined {
  if ('header' in place) return answer.header(place.header);
  let value: unknown;
  try {
    value = JSON.parse(answer.body);
  } catch {
    return undefined;
  }
  for (const name of place.member.split('.')) {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    value = isObject ? (value as Record<string, unknown>)[name] : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
