import { resolve } from 'node:path';
import type { ReportedVersion } from './http-check.ts';
import { invalid, type Members } from './members.ts';
import type { Secret } from './secret.ts';

/** `{ env }` or `{ file }`; never the secret itself. @throws {VersioningError} `INVALID_CHECK`. */
export function secretIn(members: Members, name: string, folder: string): Secret | undefined {
  const value = members.value(name);
  if (value === undefined) return undefined;
  // Whoever wrote the secret itself here must not find it in a message.
  if (typeof value === 'string') throw invalid(members.at(name), 'an object with env or file', Symbol('a text'));
  return secretOf(members.object(name), folder);
}

function secretOf(place: Members | undefined, folder: string): Secret | undefined {
  if (place === undefined) return undefined;
  const [env, file] = [place.text('env'), place.text('file')];
  place.end();
  if (env !== undefined && file === undefined) return { env };
  if (file !== undefined && env === undefined) return { file: resolve(folder, file) };
  throw invalid(place.place, 'an object with either env or file', {});
}

/** A program with its arguments. @throws {VersioningError} `INVALID_CHECK`. */
export function commandIn(members: Members, name: string): readonly [string, ...string[]] | undefined {
  const texts = members.texts(name);
  if (texts === undefined) return undefined;
  const [program, ...args] = texts;
  if (program === undefined || program === '') throw invalid(members.at(name), 'a program with its arguments', texts);
  return [program, ...args];
}

/** One status or several. @throws {VersioningError} `INVALID_CHECK`. */
export function statusIn(members: Members, name: string): number | readonly number[] | undefined {
  const value = members.value(name);
  const isStatus = (each: unknown): each is number =>
    Number.isInteger(each) && Number(each) >= 100 && Number(each) <= 599;
  if (value === undefined || isStatus(value)) return value;
  if (Array.isArray(value) && value.length > 0 && value.every(isStatus)) return value;
  throw invalid(members.at(name), 'a status from 100 to 599, or a list of them', value);
}

/** `{ member }` or `{ header }`. @throws {VersioningError} `INVALID_CHECK`. */
export function versionIn(members: Members, name: string): ReportedVersion | undefined {
  const place = members.object(name);
  if (place === undefined) return undefined;
  const [member, header] = [place.text('member'), place.text('header')];
  place.end();
  if (member !== undefined && header === undefined) return { member };
  if (header !== undefined && member === undefined) return { header };
  throw invalid(place.place, 'an object with either member or header', {});
}

/** Texts by name. @throws {VersioningError} `INVALID_CHECK`. */
export function textsByName(members: Members, name: string): Readonly<Record<string, string>> | undefined {
  const place = members.object(name);
  if (place === undefined) return undefined;
  return Object.fromEntries(
    place.names().map((each) => {
      const value = place.value(each);
      if (typeof value !== 'string') throw invalid(place.at(each), 'a text', value);
      return [each, value];
    }),
  );
}

/** Texts or secrets by name. @throws {VersioningError} `INVALID_CHECK`. */
export function headersIn(
  members: Members,
  name: string,
  folder: string,
): Readonly<Record<string, string | Secret>> | undefined {
  const place = members.object(name);
  if (place === undefined) return undefined;
  return Object.fromEntries(
    place.names().map((each): [string, string | Secret] => {
      const value = place.value(each);
      if (typeof value === 'string') return [each, value];
      const secret = secretOf(place.object(each), folder);
      if (secret === undefined) throw invalid(place.at(each), 'a text or a secret', value);
      return [each, secret];
    }),
  );
}
