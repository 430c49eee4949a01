import { usageError } from '../errors.ts';

/** Where somebody is to be answered. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, with brackets around an address of IPv6. @throws {CliError} `USAGE`. */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, port = ''] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw usageError(`Expected an address, got ${JSON.stringify(text)}`, 'Write it as 127.0.0.1:8081 or [::1]:8081.');
}
