import type { FormatInspector, Inspection } from '../contract.ts';
import { countParameters } from '../count-parameters.ts';
import type { FormatReport, Framework, TensorInfo } from '../inspection.ts';
import { parseJson } from '../json/parse-json.ts';
import { type JsonNode, member, textOf } from '../json/json-node.ts';
import { quoted } from '../quoted.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { readTensors } from './tensors.ts';

/** Largest header that its own library reads, in bytes. */
const MAX_HEADER = 100_000_000;

/** Eight bytes of length stand before the header. */
const LENGTH = 8;

/**
 * safetensors (format of huggingface/safetensors 0.x): eight bytes with the length of a JSON header, the header, and the tensors, which fill the rest
 * without holes and overlaps. There is nothing in it that could run.
 */
export const safetensors: FormatInspector = {
  formats: ['safetensors'],
  recognises(head) {
    if (head.length < LENGTH + 2 || head[LENGTH] !== 0x7b) return false;
    const length = headerLength(head);
    // `{"` or `{}` or space: other formats have a brace there by chance only.
    const next = head[LENGTH + 1] ?? 0;
    return length >= 2 && length < 2 ** 40 && [0x22, 0x7d, 0x20, 0x0a].includes(next);
  },
  async inspect(source, inspection) {
    const length = headerLength(await source.read(0, LENGTH));
    const most = Math.min(MAX_HEADER, inspection.limits.held);
    if (length > most)
      throw new StructureError('LIMIT_EXCEEDED', `Expected a header of at most ${most} bytes, got ${length}`, 0);
    const bytes = await source.read(LENGTH, length);
    const header = parseJson(bytes, { inspection, offset: LENGTH });
    if (header.kind !== 'object') throw malformed('Expected an object of tensors, got another value', LENGTH);
    const tensors = readTensors(header.members, { inspection, start: LENGTH + length, end: source.size });
    return report(tensors, metadataOf(header, inspection));
  },
};

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, LENGTH).getBigUint64(0, true));
}

function metadataOf(header: JsonNode, inspection: Inspection): Readonly<Record<string, string>> {
  const node = member(header, '__metadata__');
  if (node === undefined) return {};
  if (node.kind !== 'object') throw malformed('Expected an object as __metadata__, got another value', node.at);
  const found: [string, string][] = [];
  for (const [name, value] of node.members) {
    const text = textOf(value);
    if (text === undefined) {
      inspection.find('MALFORMED', `Expected a text as metadata ${quoted(name)}, got another value`, value.at);
    } else found.push([name, text]);
  }
  // An own property whatever its name: `__proto__` is one, too.
  return Object.fromEntries(found);
}

function report(tensors: readonly TensorInfo[], metadata: Readonly<Record<string, string>>): FormatReport {
  const parameters = countParameters(tensors);
  const framework = frameworkOf(metadata['format']);
  return { format: 'safetensors', tensors, metadata, parameters, ...(framework === undefined ? {} : { framework }) };
}

/** The library says in `format` whose tensors it has stored. */
function frameworkOf(format: string | undefined): Framework | undefined {
  const names: Readonly<Record<string, string>> = {
    pt: 'pytorch',
    tf: 'tensorflow',
    flax: 'flax',
    np: 'numpy',
    mlx: 'mlx',
  };
  const name = format !== undefined && Object.hasOwn(names, format) ? names[format] : undefined;
  return name === undefined ? undefined : { name };
}
