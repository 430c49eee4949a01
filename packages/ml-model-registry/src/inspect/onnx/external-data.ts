import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inspection } from '../contract.ts';
import { messagesOf, type TextLimits, textOf } from '../protobuf/fields.ts';
import type { PbMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import { streamOfFile } from '../source/stream-of.ts';
import type { TensorValues } from '../tensor-values.ts';

/** Where a tensor's bytes are, when they are not in the model. */
interface ExternalData {
  readonly location: string;
  readonly offset: number;
  /** `undefined`: to the end of the file. */
  readonly length: number | undefined;
}

/** What reads a model, and reports. */
export interface OnnxPlace {
  readonly inspection: Inspection;
  readonly texts: TextLimits;
}

/**
 * Looks at a tensor's reference to another file: it has to stay in the folder of the model (or below) and be a regular file that is long enough. Programs
 * have followed `../` and links to any file of the machine (CVE-2022-25882, CVE-2024-27318, CVE-2024-5187).
 */
export async function inspectExternalData(
  tensor: PbMessage,
  expected: number,
  place: OnnxPlace,
): Promise<TensorValues | string> {
  const { inspection } = place;
  const data = await readExternalData(tensor, place);
  const at = tensor.at;
  if (!staysInside(data.location)) {
    inspection.find('OUTSIDE_PATH', `Expected data beside the model, got ${quoted(data.location)}`, at);
    return 'its numbers are outside of the model';
  }
  if (data.length !== undefined && data.length !== expected) {
    inspection.find('MALFORMED', `Expected ${expected} bytes of data by the shape, got ${data.length}`, at);
  }
  if (inspection.directory === undefined) {
    const message = `Expected data in ${quoted(data.location)}, got a model without its folder`;
    inspection.find('EXTERNAL_DATA_MISSING', message, at);
    return `its numbers are in ${quoted(data.location)}, which is not part of this version`;
  }
  const path = join(inspection.directory, data.location);
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) {
    inspection.find('EXTERNAL_DATA_MISSING', `Expected data in ${quoted(data.location)}, got no such file`, at);
    return `its numbers are in ${quoted(data.location)}, which is not there`;
  }
  if (!stats.isFile()) {
    inspection.find('OUTSIDE_PATH', `Expected a regular file as ${quoted(data.location)}, got another kind`, at);
    return 'its numbers are in no regular file';
  }
  inspection.uses(data.location);
  if (data.offset + expected > stats.size) {
    const message = `Expected ${quoted(data.location)} to have ${data.offset + expected} bytes, got ${stats.size}`;
    inspection.find('TRUNCATED', message, at);
    return 'some of its numbers are missing';
  }
  return { bytes: expected, read: () => streamOfFile(path, data.offset, expected) };
}

async function readExternalData(tensor: PbMessage, { inspection, texts }: OnnxPlace): Promise<ExternalData> {
  const entries = new Map<string, string>();
  for (const entry of messagesOf(tensor, 'external_data')) {
    const key = await textOf(entry, 'key', texts);
    if (entries.has(key)) inspection.find('MALFORMED', `Expected each entry once, got ${quoted(key)} again`, entry.at);
    entries.set(key, await textOf(entry, 'value', texts));
  }
  const count = (name: string): number | undefined => {
    const text = entries.get(name);
    if (text === undefined) return undefined;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    inspection.find('MALFORMED', `Expected a count of bytes as ${name}, got ${quoted(text)}`, tensor.at);
    return undefined;
  };
  return { location: entries.get('location') ?? '', offset: count('offset') ?? 0, length: count('length') };
}

function staysInside(location: string): boolean {
  if (location === '' || /^[/\\]|^[A-Za-z]:|[\0\\]/.test(location)) return false;
  return location.split('/').every((segment) => segment !== '..');
}
